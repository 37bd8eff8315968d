// Templates instead of JSX, so that the browser reads what is written here. Text is always text: nothing parses a string as HTML.
import htm from 'htm';
import { createContext, h } from 'preact';
import { useContext } from 'preact/hooks';

export const html = htm.bind(h);

/** What every part of the page may need: who looks, who is who, how to act. */
export const Desk = createContext(null);
export const useDesk = () => useContext(Desk);
