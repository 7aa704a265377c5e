const BURST_MS = 100;

/**
 * Does once what is asked for within a tenth of a second. A turn that begins or ends announces itself two or three
 * times, and that is the moment when the server has something better to do than to be asked for the inbox each time.
 */
export function gatherBurst(handle: () => void): () => void {
  let isGathering = false;
  return () => {
    if (isGathering) return;
    isGathering = true;
    setTimeout(() => {
      isGathering = false;
      handle();
    }, BURST_MS);
  };
}

/**
 * The same for what somebody is looking at: at once, and once more after a burst, since what was seen at its beginning
 * may be half of it.
 */
export function leadBurst(handle: () => void): () => void {
  let isBurst = false;
  let isAskedAgain = false;
  const begin = () => {
    isBurst = true;
    isAskedAgain = false;
    setTimeout(() => {
      isBurst = false;
      if (isAskedAgain) ask();
    }, BURST_MS);
    handle();
  };
  const ask = () => {
    if (isBurst) isAskedAgain = true;
    else begin();
  };
  return ask;
}
