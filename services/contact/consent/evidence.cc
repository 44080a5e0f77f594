#include "services/contact/consent/evidence.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "libs/base/text.h"

namespace vefa::contact {
namespace {

constexpr size_t kUserAgentMax = 400;  // bytes
constexpr size_t kHashBytes = 32;

// The means by which a consent is taken, as IYS names them; those of its own begin with IYS_.
constexpr std::array<std::string_view, 13> kCaptureSources = {
    "HS_WEB",     "HS_FIZIKSEL_ORTAM", "HS_ISLAK_IMZA", "HS_CAGRI_MERKEZI", "HS_SOSYAL_MEDYA", "HS_EPOSTA", "HS_MESAJ",
    "HS_MOBIL",   "HS_EORTAM",         "HS_ETKINLIK",   "HS_2015",          "HS_ATM",          "HS_KARAR"};

bool IsCaptureSource(std::string_view text) {
  if (std::find(kCaptureSources.begin(), kCaptureSources.end(), text) != kCaptureSources.end()) return true;
  return text.starts_with("IYS_") && text.size() > 4 && text.size() <= 32 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

bool IsIpAddress(const std::string& text) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, text.c_str(), bytes) == 1 || inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

}  // namespace

void CheckEvidence(const Consent& consent, std::string_view prefix, std::vector<Violation>& violations) {
  auto that = [&](bool holds, const char* field, const char* reason, const char* description) {
    if (!holds) violations.push_back({std::string(prefix) + field, reason, description});
  };
  that(consent.text_version >= 0, "text_version", "TEXT_VERSION_NEGATIVE", "Give the number of a published text, or leave it out.");
  that(consent.form_hash.empty() || consent.form_hash.size() == kHashBytes, "form_hash", "HASH_SIZE",
       "Give the 32 bytes of a SHA-256, or leave it out.");
  that(consent.recipient_type >= 0 && consent.recipient_type <= 2, "recipient_type", "RECIPIENT_TYPE_UNKNOWN",
       "Give RECIPIENT_TYPE_BIREYSEL or RECIPIENT_TYPE_TACIR, or leave it out.");
  that(consent.capture_source.empty() || IsCaptureSource(consent.capture_source), "capture_source", "CAPTURE_SOURCE_UNKNOWN",
       "Give a source as IYS names it, for example HS_WEB, or leave it out.");
  const std::string& ip = consent.ip.Reveal();
  that(ip.empty() || (IsUtf8(ip) && IsIpAddress(ip)), "origin.ip", "IP_SYNTAX", "Give an IPv4 or IPv6 address, or leave it out.");
  const std::string& agent = consent.user_agent.Reveal();
  that(IsUtf8(agent), "origin.user_agent", "NOT_UTF8", "Give text in UTF-8 without NUL.");
  that(agent.size() <= kUserAgentMax, "origin.user_agent", "TOO_LONG", "Give at most 400 bytes.");
}

}  // namespace vefa::contact
