// What the first visit, connecting, enrolling, unlocking and the frame around every place say.

/** English messages of the app's frame and of the way in. */
export const foundation = {
  "app.name": "Placet",
} as const;
