/** The bytes of all bodies that are being received or waiting to be cached, bounded. */
export interface BodyRoom {
  open(): BodyHold;
}

/** What one request holds of the room. */
export interface BodyHold {
  /** False when there is no room left: the body cannot be taken now. */
  grow(bytes: number): boolean;
  close(): void;
}

/** Without a bound, as many large bodies as there are connections would be held at once. */
export function createBodyRoom(maxBytes: number): BodyRoom {
  let used = 0;
  return {
    open() {
      let held = 0;
      return {
        grow(bytes) {
          // A lone body always fits: its own limit bounds it.
          if (used > held && used + bytes > maxBytes) return false;
          used += bytes;
          held += bytes;
          return true;
        },
        close() {
          used -= held;
          held = 0;
        },
      };
    },
  };
}
