/** Conformance suites, in-memory fakes and a manual clock. */
export { memoryState } from "@tokenward/core";
export type { ConformanceCase, ConformanceOptions, DisposableFixture, TestRunner } from "./conformance.ts";
export type { FixtureNeed, GrantStateCase, GrantStateFixture } from "./grant-state/fixture.ts";
export { grantStateCases, testGrantState, type GrantStateSuiteOptions } from "./grant-state/suite.ts";
export { malformedAnswers, type MalformedAnswer, type MalformedExpectation } from "./malformed-answers.ts";
export { renderAnswer, type AnswerTemplate, type AnswerTokens } from "./render-answer.ts";
export { memoryRateBucket, type MemoryRateBucketOptions } from "./memory-rate-bucket.ts";
export { manualClock, type ManualClock } from "./manual-clock.ts";
export {
  memoryWriteBack,
  type MemoryWriteBack,
  type MemoryWriteBackOptions,
  type WriteBackCall,
  type WriteBackOperation,
} from "./memory-write-back.ts";
export type { ExpectedReading, FixtureSituation, RefresherFixture } from "./refresher/fixture.ts";
export { mandatorySituations, type RefresherCase, type RefresherSubject } from "./refresher/subject.ts";
export { refresherCases, testRefresher } from "./refresher/suite.ts";
export { notifierCases, testNotifier, type NotifierCase, type NotifierFixture } from "./notifier/suite.ts";
export { rateBucketCases, testRateBucket, type RateBucketCase, type RateBucketFixture } from "./rate-bucket/suite.ts";
export { recordingNotifier, type RecordingNotifier } from "./recording-notifier.ts";
export { temporaryIdentity, testIO, type TestIO } from "./test-io.ts";
export { writeBackCases } from "./write-back/cases.ts";
export type { PausedWrite, WriteBackCase, WriteBackFixture } from "./write-back/fixture.ts";
export { testWriteBack } from "./write-back/suite.ts";
