// post.mjs
// GitLab put the newest token into the environment when this job began. It is never an argument, and never printed.
const { POST_URL, TIKTOK_ACCESS_TOKEN } = process.env;
if (!TIKTOK_ACCESS_TOKEN) throw new Error("TIKTOK_ACCESS_TOKEN is not set: look at the job refresh-tokens");
const answer = await fetch(POST_URL, {
  method: "POST",
  headers: { authorization: `Bearer ${TIKTOK_ACCESS_TOKEN}`, "content-type": "application/json" },
  body: JSON.stringify({ post_info: { title: "This week" } }), // and what else your post has
});
console.log(`The platform answered ${answer.status}.`);
if (!answer.ok) process.exitCode = 1;
