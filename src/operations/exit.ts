/**
 * How a process of Rolecall ends: the exit statuses, named as `sysexits.h` names them where it has a name.
 */
export const EXIT = { done: 0, refused: 1, usage: 2, unavailable: 69, configuration: 78 } as const;
