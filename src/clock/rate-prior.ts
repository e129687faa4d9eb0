/** A free quartz errs by up to 100 ppm against another. */
export const DRIFT = 100e-6;

/** Machines that keep time at all keep it to some 15 ppm of each other. */
const USUAL_RATE = 15e-6;

/** What a rate costs a priori, natural units. */
export function ratePrice(rate: number): number {
  return (rate / USUAL_RATE) ** 2 / 2;
}
