/** Whether keys are called as on a Mac. In the browser. */
export const isMac = (): boolean => /mac|iphone|ipad/i.test(navigator.platform);
