#include "services/contact/purpose/purpose.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"

namespace vefa::contact {
namespace {

constexpr size_t kTitleMax = 200;          // characters
constexpr size_t kPurposeTextMax = 10'000;  // characters
constexpr int32_t kRetentionMax = 36'500;  // days
constexpr int32_t kConsentDaysMax = 3'650;

std::string WithoutEdges(const std::string& text) {
  size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

void Broken(std::vector<Violation>& violations, const char* field, const char* reason, const char* description) {
  violations.push_back({field, reason, description});
}

// Only for well-formed text is there a length.
void CheckLength(const std::string& text, size_t most, const char* field, const char* required, const char* too_long,
                 std::vector<Violation>& violations) {
  if (text.empty()) return Broken(violations, field, "REQUIRED", required);
  if (!IsUtf8(text)) return Broken(violations, field, "NOT_UTF8", "Give text in UTF-8 without NUL.");
  if (Utf8Length(text) > most) Broken(violations, field, "TOO_LONG", too_long);
}

void NormaliseTitle(std::string& title, const char* field, std::vector<Violation>& violations) {
  title = WithoutEdges(title);
  CheckLength(title, kTitleMax, field, "Give a title for people.", "Give at most 200 characters.", violations);
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(title.begin(), title.end(), control)) Broken(violations, field, "CONTROL_CHARACTER", "Leave out control characters.");
}

}  // namespace

void Normalise(Purpose& purpose, std::vector<Violation>& violations) {
  if (!IsSlug(purpose.code) || Uuid::Parse(purpose.code).ok())
    Broken(violations, "purpose.code", "PURPOSE_SYNTAX",
           "Give 1-63 lower-case letters, digits and hyphens, for example win-back, and no UUID.");
  NormaliseTitle(purpose.title, "purpose.title", violations);
  if (!purpose.title_tr.empty()) NormaliseTitle(purpose.title_tr, "purpose.titles.tr", violations);
  if (!purpose.title_en.empty()) NormaliseTitle(purpose.title_en, "purpose.titles.en", violations);
  if (purpose.lawful_basis == LawfulBasis::kNone)
    Broken(violations, "purpose.lawful_basis", "REQUIRED", "Say by which right the data are used.");
  const bool may_be_commercial = purpose.lawful_basis == LawfulBasis::kConsent ||
                                 purpose.lawful_basis == LawfulBasis::kLegitimateInterest || purpose.lawful_basis == LawfulBasis::kNone;
  if (purpose.is_commercial && !may_be_commercial)
    Broken(violations, "purpose.is_commercial", "COMMERCIAL_NEEDS_CONSENT",
           "Commercial messages need consent or a legitimate interest; declare what has another basis as a purpose of its own.");
  if (purpose.retention_days < 0 || purpose.retention_days > kRetentionMax)
    Broken(violations, "purpose.retention_days", "RETENTION_RANGE", "Give 1 to 36,500 days, or 0 for no end.");
  if (purpose.consent_days < 0 || purpose.consent_days > kConsentDaysMax)
    Broken(violations, "purpose.consent_days", "CONSENT_DAYS_RANGE", "Give 1 to 3,650 days, or 0 for no end.");
  if (purpose.customers_only && purpose.lawful_basis != LawfulBasis::kLegitimateInterest)
    Broken(violations, "purpose.customers_only", "CUSTOMERS_NEED_INTEREST", "Only a legitimate interest can be one in customers alone.");
}

void Normalise(PurposeText& text, std::vector<Violation>& violations) {
  if (text.language != "tr" && text.language != "en") Broken(violations, "text.language", "LANGUAGE_UNKNOWN", "Give tr or en.");
  CheckLength(text.text, kPurposeTextMax, "text.text", "Give the text that people agree to.", "Give at most 10,000 characters.", violations);
  text.text_hash = std::string(crypto::Bytes(crypto::Sha256(text.text)));
}

bool SameDeclaration(const Purpose& left, const Purpose& right) {
  return left.title == right.title && left.title_tr == right.title_tr && left.title_en == right.title_en && left.lawful_basis == right.lawful_basis && left.is_commercial == right.is_commercial &&
         left.retention_days == right.retention_days && left.consent_days == right.consent_days &&
         left.customers_only == right.customers_only;
}

}  // namespace vefa::contact
