/** A model one can choose, and what it can be sent beside text. */
export interface ModelChoice {
  id: string;
  label: string;
  accepts: { images: boolean };
}
