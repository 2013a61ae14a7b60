export { malformedAnswers, type MalformedAnswer, type MalformedExpectation } from "./malformed-answers.ts";
export { renderAnswer, type AnswerTemplate, type AnswerTokens } from "./render-answer.ts";
