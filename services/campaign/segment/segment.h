#pragma once

#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "services/campaign/segment/predicate.h"

namespace vefa::campaign {

// A named rule. Immutable once made.
struct Segment {
  Uuid id;
  std::string slug;
  std::string display_name;
  std::string predicate;   // As the caller wrote it: a serialised vefa.campaign.v1.Predicate.
  std::string expression;  // Its canonical form in words.
  std::string hash;        // Of its canonical form: equal for equal rules.
  int64_t version = 0;
  Time create_time{};
};

// How many a predicate holds for, and of how much knowledge.
struct SegmentSize {
  int64_t size = 0;
  int64_t contacts_known = 0;
  int64_t scores_known = 0;
  Time as_of_time{};
};

// Brings a segment of the caller's to its stored form, all but its predicate's bytes, and adds
// every broken rule to `violations`. `predicate` becomes canonical.
void Normalise(Segment& segment, Predicate& predicate, std::vector<Violation>& violations);

// Whether two segments under one id are the same thing made twice.
bool SameContent(const Segment& left, const Segment& right);

}  // namespace vefa::campaign
