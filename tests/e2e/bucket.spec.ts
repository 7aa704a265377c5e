import { startS3Server } from "../support/s3-server.ts";
import { startStack } from "../support/stack.ts";
import { modelEnvironment } from "../support/model-environment.ts";
import { composer, expectAnswer, openNewChat, prompt, questions } from "./conversation.ts";
import { expect, test } from "./fixtures.ts";

test("with a bucket, files go there, and the web server and the agent read them from it", async ({
  browser,
  model,
}) => {
  const s3 = await startS3Server();
  const env = {
    ...modelEnvironment(model),
    ...{ S3_ENDPOINT: s3.endpoint, S3_BUCKET: s3.bucket, S3_REGION: s3.region },
    ...{ S3_ACCESS_KEY_ID: s3.accessKeyId, S3_SECRET_ACCESS_KEY: s3.secretAccessKey },
  };
  const stack = await startStack({ env });
  const context = await browser.newContext({ baseURL: stack.url });
  try {
    const page = await context.newPage();
    await openNewChat(page);
    for (const [nth, content] of ["by head start", "by the agent"].entries()) {
      const question = prompt("words=3");
      const file = { name: `${nth}.txt`, mimeType: "text/plain", buffer: Buffer.from(content) };
      await page.getByLabel("Files to attach").setInputFiles(file);
      await expect(page.getByRole("list", { name: "Attached files" })).toContainText(/\d B/);
      await composer(page).fill(question);
      await composer(page).press("Enter");
      await expect(questions(page).last()).toContainText(question);
      await expectAnswer(page, 3, { nth });
      expect(model.requests.filter(({ prompt }) => prompt.endsWith(question)).map(({ prompt }) => prompt)).toEqual([
        `<file name="${nth}.txt">\n${content}\n</file>${question}`,
      ]);
    }
    expect([...s3.objects.values()].map(String)).toEqual(["by head start", "by the agent"]);
    const link = page.getByRole("link", { name: "Open file 0.txt" });
    const served = await page.request.get((await link.getAttribute("href")) ?? "");
    expect(await served.text()).toBe("by head start");
  } finally {
    await context.close();
    await stack.stop();
    await s3.close();
  }
});
