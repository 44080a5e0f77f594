#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vefa/contact/v1/preference_service.pb.h"

namespace vefa::gateway {

// What the page of preferences says, in one language.
struct PreferenceTexts {
  const char* language;
  const char* title;
  const char* saved;
  const char* topics;
  const char* often;
  const char* no_limit;
  const char* a_week[2];  // Around a number of messages.
  const char* pause;
  const char* no_pause;
  const char* until[2];  // Around a day.
  const char* for_days[2];  // Around a number of days.
  const char* save;
  const char* nothing;
};
// Turkish for what begins with `tr`, English for everything else.
const PreferenceTexts& PreferenceTextsIn(std::string_view language);

// The form that shows a page; `saved`: that its last use was good. Titles of topics are the tenant's, and escaped.
std::string PreferenceForm(const contact::v1::PreferencePage& page, const PreferenceTexts& texts, bool saved);
// What such a form sends, without its token; nullopt when it is none of ours.
std::optional<contact::v1::SavePreferencePageRequest> ReadPreferenceForm(std::string_view body);

}  // namespace vefa::gateway
