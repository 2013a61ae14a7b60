export default {
  paths: ["features/**/*.feature"],
  import: ["features/steps/**/*.steps.ts"],
  format: ["progress"],
};
