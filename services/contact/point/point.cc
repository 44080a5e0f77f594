#include "services/contact/point/point.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/phone/phone.h"
#include "libs/text/name.h"

namespace vefa::contact {
namespace {

constexpr size_t kAddressMax = 254;    // bytes, RFC 5321
constexpr size_t kLocalPartMax = 64;   // bytes, RFC 5321
constexpr size_t kDomainMax = 253;     // bytes, RFC 1035
constexpr size_t kTokenMax = 200;      // bytes
constexpr size_t kPostalMax = 500;     // characters
constexpr size_t kLabelMax = 63;       // characters

bool IsDomainLabel(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool IsDomainName(std::string_view domain) {
  if (domain.size() > kDomainMax) return false;
  int labels = 0;
  while (!domain.empty()) {
    size_t dot = std::min(domain.find('.'), domain.size());
    if (!IsDomainLabel(domain.substr(0, dot))) return false;
    ++labels;
    if (dot + 1 == domain.size()) return false;
    domain.remove_prefix(std::min(dot + 1, domain.size()));
  }
  return labels >= 2;
}

// The unquoted form of RFC 5321 only: letters, digits, a few signs, dots between them.
bool IsLocalPart(std::string_view local) {
  constexpr std::string_view kSigns = "!#$%&'*+-/=?^_`{|}~.";
  bool good = std::all_of(local.begin(), local.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kSigns.find(c) != std::string_view::npos;
  });
  return good && local.front() != '.' && local.back() != '.' && local.find("..") == std::string_view::npos;
}

bool IsTelephone(PointKind kind) { return kind == PointKind::kPhone || kind == PointKind::kWhatsapp; }

// What keeps a text from being a number, as what to do about it.
const char* NumberToGive(phone::Refusal refusal) {
  switch (refusal) {
    case phone::Refusal::kLetters: return "Give the number in digits, without letters, for example +905321234567.";
    case phone::Refusal::kExtension: return "Give the number without its extension, for example +905321234567.";
    case phone::Refusal::kCountryUnknown: return "Give the number with its country's code, for example +905321234567, or say the country.";
    case phone::Refusal::kTooShort: return "Give the whole number, with its area; this one is too short for its country.";
    case phone::Refusal::kTooLong: return "Give one number alone; this one is too long for its country.";
    case phone::Refusal::kUnassigned: return "Give a number that its country has; nobody's there begins like this and is as long.";
    default: return "Give a number that can be dialled, with its country's code, for example +905321234567.";
  }
}

// The oldest of a kind is the one that came first.
void PromoteOldest(ContactPoints& points, PointKind kind) {
  ContactPoint* oldest = nullptr;
  for (ContactPoint& point : points) {
    if (point.kind != kind) continue;
    if (point.primary) return;
    if (oldest == nullptr || point.create_time < oldest->create_time) oldest = &point;
  }
  if (oldest != nullptr) oldest->primary = true;
}

}  // namespace

bool IsEmailAddress(std::string_view text) {
  size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > kLocalPartMax || text.size() > kAddressMax) return false;
  return IsLocalPart(text.substr(0, at)) && IsDomainName(text.substr(at + 1));
}

std::optional<std::string> NormalEmail(std::string_view text) {
  size_t at = text.rfind('@');
  if (at == std::string_view::npos || text.size() > 4 * kAddressMax) return std::nullopt;
  auto domain = text::DomainToAscii(text.substr(at + 1));
  if (!domain) return std::nullopt;
  // Case never distinguishes mailboxes in practice; ASCII rules, because an address is not a text.
  std::string address(text.substr(0, at));
  for (char& c : address) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  address += "@" + *domain;
  return IsEmailAddress(address) ? std::optional(address) : std::nullopt;
}

void NormaliseValue(PointKind kind, Personal<std::string>& value, std::string_view country, std::string_view field,
                    std::vector<Violation>& violations) {
  auto refuse = [&](const char* reason, const char* description) {
    violations.push_back({std::string(field), reason, description});
  };
  if (!IsUtf8(value.Reveal())) return refuse("NOT_UTF8", "Give text in UTF-8 without NUL.");
  std::string text = text::Tidied(value.Reveal());
  if (text.empty()) return refuse("REQUIRED", "Give the address.");
  if (kind == PointKind::kEmail) {
    auto address = NormalEmail(text);
    if (!address) return refuse("EMAIL_SYNTAX", "Give an address of the form name@example.com.");
    text = *address;
  } else if (IsTelephone(kind)) {
    phone::Reading number = phone::Read(text, country);
    if (number.refusal != phone::Refusal::kNone) return refuse("PHONE_SYNTAX", NumberToGive(number.refusal));
    text = std::move(number.e164);
  } else if (kind == PointKind::kPostal) {
    if (Utf8Length(text) > kPostalMax) return refuse("TOO_LONG", "Give at most 500 characters.");
  } else if (text.size() > kTokenMax) {
    return refuse("TOO_LONG", "Give at most 200 bytes.");
  }
  if (text::HidesSigns(text)) return refuse("CONTROL_CHARACTER", "Leave out control characters and marks of direction.");
  value = std::move(text);
}

void Normalise(ContactPoint& point, std::string_view country, std::string_view prefix,
               std::vector<Violation>& violations) {
  auto refuse = [&](const char* field, const char* reason, const char* description) {
    violations.push_back({std::string(prefix) + field, reason, description});
  };
  if (point.kind == PointKind::kNone) {
    refuse("kind", "REQUIRED", "Give KIND_EMAIL, KIND_PHONE, KIND_WHATSAPP, KIND_PUSH, KIND_SOCIAL or KIND_POSTAL.");
  } else {
    NormaliseValue(point.kind, point.value, country, std::string(prefix) + "value", violations);
  }
  if (point.recipient_type == RecipientType::kUnknown)
    refuse("recipient_type", "RECIPIENT_TYPE_UNKNOWN", "Give RECIPIENT_TYPE_BIREYSEL or RECIPIENT_TYPE_TACIR, or leave it out.");
  if (!IsUtf8(point.label.Reveal())) return refuse("label", "NOT_UTF8", "Give text in UTF-8 without NUL.");
  point.label = text::Tidied(point.label.Reveal());
  if (Utf8Length(point.label.Reveal()) > kLabelMax) refuse("label", "TOO_LONG", "Give at most 63 characters.");
  if (text::HidesSigns(point.label.Reveal()))
    refuse("label", "CONTROL_CHARACTER", "Leave out control characters and marks of direction.");
  if (point.state == PointState::kNone) point.state = PointState::kUnverified;
}

const Personal<std::string>& PrimaryValue(const ContactPoints& points, PointKind kind) {
  static const Personal<std::string> none;
  for (const ContactPoint& point : points)
    if (point.kind == kind && point.primary) return point.value;
  return none;
}

void MakePrimary(ContactPoints& points, size_t place) {
  for (size_t i = 0; i < points.size(); ++i)
    if (points[i].kind == points[place].kind) points[i].primary = i == place;
}

size_t AddPoint(ContactPoints& points, ContactPoint point, const Uuid& fresh) {
  size_t place = 0;
  while (place < points.size() && (points[place].kind != point.kind || points[place].value != point.value)) ++place;
  bool primary = point.primary;
  if (place == points.size()) {
    point.id = fresh;
    point.primary = false;
    points.push_back(std::move(point));
  }
  if (primary || PrimaryValue(points, points[place].kind).empty()) MakePrimary(points, place);
  return place;
}

void RemovePoint(ContactPoints& points, size_t place) {
  PointKind kind = points[place].kind;
  points.erase(points.begin() + static_cast<std::ptrdiff_t>(place));
  PromoteOldest(points, kind);
}

void SetPrimaryValue(ContactPoints& points, PointKind kind, const Personal<std::string>& value, const Uuid& fresh,
                     Time now) {
  if (PrimaryValue(points, kind) == value) return;
  if (value.empty()) {
    for (size_t i = 0; i < points.size(); ++i)
      if (points[i].kind == kind && points[i].primary) return RemovePoint(points, i);
    return;
  }
  ContactPoint point;
  point.kind = kind;
  point.value = value;
  point.primary = true;
  point.create_time = now;
  AddPoint(points, std::move(point), fresh);
}

void SettlePrimaries(ContactPoints& points) {
  for (size_t i = 0; i < points.size(); ++i) PromoteOldest(points, points[i].kind);
}

Status SetState(ContactPoint& point, PointState state, Time now) {
  if (point.state == state) return Ok();
  if (state == PointState::kUnverified || state == PointState::kNone ||
      (state == PointState::kUnreachable && point.state == PointState::kUnverified))
    return Error{Code::kFailedPrecondition, "POINT_STATE_TRANSITION",
                 "A point becomes unreachable only after it was valid, and never unverified again."};
  point.state = state;
  if (state == PointState::kValid) point.verify_time = now;
  return Ok();
}

}  // namespace vefa::contact
