#include "services/contact/contact.h"

#include <algorithm>

#include "libs/base/text.h"

namespace vefa::contact {
namespace {

constexpr size_t kExternalIdMax = 200;    // bytes
constexpr size_t kDisplayNameMax = 200;   // characters
constexpr size_t kEmailMax = 254;         // bytes, RFC 5321
constexpr size_t kSourceMax = 200;        // bytes
constexpr std::chrono::minutes kClockSkew(5);

std::string Trimmed(const std::string& text) {
  size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool IsDomain(std::string_view domain) {
  int labels = 0;
  while (!domain.empty()) {
    size_t dot = std::min(domain.find('.'), domain.size());
    if (!IsLabel(domain.substr(0, dot))) return false;
    ++labels;
    if (dot + 1 == domain.size()) return false;
    domain.remove_prefix(std::min(dot + 1, domain.size()));
  }
  return labels >= 2;
}

// What an erased contact has in place of its external id; nobody else may have it.
bool IsErasedExternalId(std::string_view text) {
  return text.starts_with("erased-") && Uuid::Parse(text.substr(7)).ok();
}

// Collects the broken rules of the fields of one thing.
class Check {
 public:
  Check(std::string_view prefix, std::vector<Violation>& violations) : prefix_(prefix), violations_(violations) {}

  void That(bool holds, const char* field, const char* reason, const char* description) {
    if (!holds) violations_.push_back({prefix_ + field, reason, description});
  }
  void Text(const std::string& text, const char* field, size_t bytes_max) {
    That(IsUtf8(text), field, "NOT_UTF8", "Give text in UTF-8 without NUL.");
    That(std::none_of(text.begin(), text.end(), IsControl), field, "CONTROL_CHARACTER", "Leave out control characters.");
    That(text.size() <= bytes_max, field, "TOO_LONG", "Give a shorter text.");
  }

 private:
  const std::string prefix_;
  std::vector<Violation>& violations_;
};

}  // namespace

bool IsEmailAddress(std::string_view text) {
  size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > kEmailMax) return false;
  std::string_view local = text.substr(0, at);
  // The unquoted form of RFC 5321 only: letters, digits, a few signs, dots between them.
  constexpr std::string_view kSigns = "!#$%&'*+-/=?^_`{|}~.";
  bool good = std::all_of(local.begin(), local.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kSigns.find(c) != std::string_view::npos;
  });
  bool dots = local.front() != '.' && local.back() != '.' && local.find("..") == std::string_view::npos;
  return good && dots && IsDomain(text.substr(at + 1));
}

bool IsEraseReason(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() >= 'A' && text.front() <= 'Z' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

void Normalise(Contact& contact, std::string_view prefix, std::vector<Violation>& violations) {
  Check check(prefix, violations);
  contact.external_id = Trimmed(contact.external_id);
  const std::string name = Trimmed(contact.display_name.Reveal());
  std::string email = Trimmed(contact.email.Reveal());
  contact.source = Trimmed(contact.source);
  check.Text(contact.external_id, "external_id", kExternalIdMax);
  check.That(!contact.external_id.empty(), "external_id", "REQUIRED", "Give the person's id in your system.");
  check.That(!IsErasedExternalId(contact.external_id), "external_id", "EXTERNAL_ID_RESERVED",
             "Give another id: this form stands for erased people.");
  check.Text(name, "display_name", kDisplayNameMax * 4);
  check.That(!name.empty(), "display_name", "REQUIRED", "Give the name to greet the person with.");
  check.That(Utf8Length(name) <= kDisplayNameMax, "display_name", "TOO_LONG",
             "Give at most 200 characters.");
  check.Text(contact.source, "source", kSourceMax);
  check.That(email.empty() || IsEmailAddress(email), "email", "EMAIL_SYNTAX",
             "Give an address of the form name@example.com, or leave it empty.");
  // Case never distinguishes mailboxes in practice; ASCII rules, because an address is not a text.
  for (char& c : email) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  contact.display_name = name;
  contact.email = std::move(email);
  if (contact.language.empty()) contact.language = "en";
  check.That(contact.language == "en" || contact.language == "tr", "language", "LANGUAGE_UNKNOWN", "Give tr or en.");
}

void Normalise(Consent& consent, std::string_view prefix, Time now, std::vector<Violation>& violations) {
  Check check(prefix, violations);
  consent.source = Trimmed(consent.source);
  check.That(IsSlug(consent.purpose), "purpose", "PURPOSE_SYNTAX",
             "Give 1-63 lower-case letters, digits and hyphens, for example win-back.");
  check.That(consent.channel == Channel::kEmail || consent.channel == Channel::kSms || consent.channel == Channel::kPush,
             "channel", "REQUIRED", "Give CHANNEL_EMAIL, CHANNEL_SMS or CHANNEL_PUSH.");
  check.That(consent.state == ConsentState::kGranted || consent.state == ConsentState::kWithdrawn, "state", "REQUIRED",
             "Give STATE_GRANTED or STATE_WITHDRAWN.");
  check.Text(consent.source, "source", kSourceMax);
  check.That(!consent.source.empty(), "source", "REQUIRED", "Say where the person agreed or withdrew.");
  check.That(consent.occur_time != Time{}, "occur_time", "REQUIRED", "Say when the person agreed or withdrew.");
  check.That(consent.occur_time <= now + kClockSkew, "occur_time", "TIME_IN_FUTURE", "Give a time that has passed.");
}

}  // namespace vefa::contact
