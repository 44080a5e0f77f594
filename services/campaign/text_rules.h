#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"

// The rules that segments, templates and campaigns share.
namespace vefa::campaign {

// Adds a violation unless the rule holds.
void Require(bool holds, std::string field, const char* reason, const char* description,
             std::vector<Violation>& violations);

// Trims a name for people and checks it: 1-200 characters of UTF-8 without control characters.
void NormaliseDisplayName(std::string& name, std::string field, std::vector<Violation>& violations);

// Checks an id that the caller chose.
void CheckId(const std::string& id, std::string field, std::vector<Violation>& violations);

// Whether a text holds a control character (a line break is one).
bool HasControl(std::string_view text);

}  // namespace vefa::campaign
