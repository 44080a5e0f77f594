#pragma once

#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"

namespace vefa::campaign {

// The words of one language.
struct TemplateText {
  std::string language;
  std::string subject;
  std::string text;
  std::string html;  // Empty when there is none.

  auto operator<=>(const TemplateText&) const = default;
};

// A text in several languages. Immutable once made.
struct Template {
  Uuid id;
  std::string slug;
  std::string display_name;
  std::vector<TemplateText> texts;  // Ordered by language.
  int64_t version = 0;
  Time create_time{};
};

// Brings a template to its stored form and adds every broken rule, at most ten, to `violations`.
void Normalise(Template& content, std::vector<Violation>& violations);

// Whether two templates under one id are the same thing made twice.
bool SameContent(const Template& left, const Template& right);

}  // namespace vefa::campaign
