#pragma once

#include <google/type/date.pb.h>

#include <string>

#include "libs/base/result.h"
#include "services/interaction/score/score.h"
#include "vefa/interaction/v1/interaction.pb.h"

// Between the messages of the contract and scores.
namespace vefa::interaction {

google::type::Date DateToProto(int32_t day);
// Days since 1970-01-01. INVALID_ARGUMENT `DATE_INVALID` for what is no whole date.
Result<int32_t> DateFromProto(const google::type::Date& proto);

v1::Score ToProto(const Score& score);
v1::ScoringRun ToProto(const ScoringRun& run);

// A comparison as the table keeps it.
std::string HoldoutToBytes(const model::Holdout& holdout);
// INTERNAL `HOLDOUT_MALFORMED`.
Result<model::Holdout> HoldoutFromBytes(std::string_view bytes);

}  // namespace vefa::interaction
