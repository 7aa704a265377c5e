import type { ToolAnswer } from "$lib/tools/tool-answer.ts";
import { giveAnswer } from "./chat-api.ts";

/** One answer of the person's on its way, and why it came to nothing. What was decided comes with the chat itself. */
export class AnswerRequest {
  #isUnderWay = $state(false);
  #problem = $state<string | null>(null);

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** `ondecided`: somebody has decided, this person or another one before. */
  async make(chatId: string, answer: ToolAnswer, ondecided: () => void): Promise<void> {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    this.#problem = null;
    try {
      this.#problem = await giveAnswer(chatId, answer);
      ondecided();
    } catch {
      this.#problem = "This could not be sent. Try again.";
    } finally {
      this.#isUnderWay = false;
    }
  }
}
