#include "services/interaction/score/score.h"

#include "libs/base/text.h"

namespace vefa::interaction {

void CheckRequest(const ScoringRun& run, Time now, std::vector<Violation>& violations) {
  if (!IsSlug(run.slug))
    violations.push_back({"scoring_run_id", "SCORING_RUN_ID_SYNTAX", "Give 1-63 lower-case letters, digits and hyphens."});
  if (run.as_of_day > DayOf(now))
    violations.push_back({"scoring_run.as_of_date", "DATE_IN_FUTURE", "Give today or a day that has passed."});
  if (run.horizon_weeks < 1 || run.horizon_weeks > kHorizonWeeksMax)
    violations.push_back({"scoring_run.horizon_weeks", "HORIZON_RANGE", "Give 1 to 520 weeks."});
}

}  // namespace vefa::interaction
