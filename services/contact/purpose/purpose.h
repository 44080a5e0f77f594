#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "services/contact/consent/consent_check.h"

// The rules of purposes: plain values, no I/O, no clock.
namespace vefa::contact {

// What data may be used for, and by which right.
struct Purpose {
  Uuid id;
  std::string code;
  std::string title;
  LawfulBasis lawful_basis = LawfulBasis::kNone;
  bool is_commercial = false;
  int32_t retention_days = 0;  // 0: without an end.
  int32_t text_version = 0;    // Of the newest text; 0 before there is one.
  int64_t version = 0;
  Time create_time{};
  Time update_time{};
  int32_t consent_days = 0;     // For how long an agreement holds; 0: until it is taken back.
  bool customers_only = false;  // Of a legitimate interest: in customers alone (soft opt-in).
  std::string title_tr{}, title_en{};  // For people of that language; empty: `title` is for them as well.
};

// A text that people agree to.
struct PurposeText {
  Uuid purpose;
  int32_t text_version = 0;
  std::string language;  // `tr` or `en`
  std::string text;
  std::string text_hash;  // SHA-256, 32 bytes.
  Time publish_time{};
};

// Brings a purpose to its stored form and adds every broken rule, its field under `purpose.`.
void Normalise(Purpose& purpose, std::vector<Violation>& violations);
// The same for a text, under `text.`; fills in its hash.
void Normalise(PurposeText& text, std::vector<Violation>& violations);

// Whether both say the same of what UpdatePurpose may change.
bool SameDeclaration(const Purpose& left, const Purpose& right);

}  // namespace vefa::contact
