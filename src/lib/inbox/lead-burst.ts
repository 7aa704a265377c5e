const BURST_MS = 100;

/**
 * Does at once what is asked for, and once more after a burst, since what was seen at its beginning may be half of it. A
 * turn that begins or ends announces itself two or three times.
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
