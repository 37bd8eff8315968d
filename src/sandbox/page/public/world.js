// What the server tells, kept for drawing: one EventSource per person looked at, which connects again by itself.
import { useEffect, useReducer } from 'preact/hooks';

const LINES = 200;
const EMPTY = {
  connected: false,
  hello: null,
  people: [],
  directories: [],
  clock: null,
  bot: null,
  weather: null,
  wire: [],
  screen: null,
};

function reduce(world, { event, data }) {
  switch (event) {
    case 'line':
      return { ...world, wire: [...world.wire.slice(1 - LINES), data] };
    case 'clock':
      return { ...world, clock: { ...data, received: performance.now() } };
    case 'connected':
      return world.connected === data ? world : { ...world, connected: data };
    default:
      return { ...world, [event]: data };
  }
}

const EVENTS = ['hello', 'people', 'directories', 'clock', 'bot', 'weather', 'wire', 'line', 'screen'];

/** The world as this person sees it; `screen` may for a moment be another person's. */
export function useWorld(person) {
  const [world, dispatch] = useReducer(reduce, EMPTY);
  useEffect(() => {
    let source;
    let again;
    const connect = () => {
      source = new EventSource(`/api/events?as=${encodeURIComponent(person)}`);
      source.onopen = () => dispatch({ event: 'connected', data: true });
      source.onerror = () => {
        dispatch({ event: 'connected', data: false });
        // The browser tries again by itself unless it was turned away.
        if (source.readyState === EventSource.CLOSED) again = setTimeout(connect, 1500);
      };
      for (const event of EVENTS)
        source.addEventListener(event, (message) => dispatch({ event, data: JSON.parse(message.data) }));
    };
    connect();
    return () => {
      clearTimeout(again);
      source.close();
    };
  }, [person]);
  return world;
}
