/** What a run was asked for and does not do, in a sentence that the person may read. */
export class Refusal extends Error {}
