#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/base/result.h"
#include "services/ctl/json.h"

// States of subjects as lines that can be compared. Pure.
namespace vefa::ctl {

// The service whose ledger has a subject, by its form. INVALID_ARGUMENT `SUBJECT_UNKNOWN`.
Result<std::string> ServiceOfSubject(const std::string& subject);

// A moment in a subject's history as the query of GetStateAsOf: `version=7` or `time=…`; empty text is the newest.
// Digits are a version, everything else a time. INVALID_ARGUMENT `TIME_SYNTAX`.
Result<std::string> MomentQuery(const std::string& text);

// The fields of an answer of GetStateAsOf that say something, in the order they came in: path and value. A box
// of personal data is one field: what is in it where the answer opened it, else which key closes it.
using Fields = std::vector<std::pair<std::string, std::string>>;
Fields FieldsOf(const Json& state_as_of);

// Whether a value is a box of personal data, as the contract's JSON has it.
bool IsBox(const Json& value);

// One field at two moments; empty where it was not.
struct Difference {
  std::string field;
  std::string before;
  std::string after;
};
std::vector<Difference> Differences(const Fields& before, const Fields& after);

}  // namespace vefa::ctl
