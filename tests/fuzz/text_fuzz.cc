// The small forms that every door reads: ids, names, times, encodings, texts to search for, settings. Each value has
// one spelling of ours, and reading that one gives the value again.
#include <cstdlib>
#include <string>

#include "libs/base/check.h"
#include "libs/base/id.h"
#include "libs/base/text.h"
#include "libs/config/environment.h"
#include "libs/telemetry/log.h"
#include "libs/text/fold.h"
#include "libs/text/name.h"
#include "tests/fuzz/bytes.h"

namespace vefa::fuzz {
namespace {

void CheckEncodings(std::string_view text) {
  VEFA_CHECK(*FromHex(ToHex(text)) == text);
  VEFA_CHECK(*FromBase64Url(ToBase64Url(text)) == text);
  if (auto bytes = FromBase64Url(text); bytes.ok()) VEFA_CHECK(ToBase64Url(*bytes) == text);
  if (auto bytes = FromHex(text); bytes.ok()) VEFA_CHECK(bytes->size() * 2 == text.size());
}

void CheckNames(std::string_view text) {
  if (auto id = Uuid::Parse(text); id.ok()) VEFA_CHECK(*Uuid::Parse(id->ToString()) == *id);
  if (auto id = ParseResourceName("contacts", text); id.ok()) VEFA_CHECK(*ParseResourceName("contacts", ResourceName("contacts", *id)) == *id);
  if (auto slug = ParseSlugName("segments", text); slug.ok()) VEFA_CHECK(IsSlug(*slug) && "segments/" + *slug == text);
  if (IsSlug(text)) VEFA_CHECK(IsUtf8(text) && text.size() <= 63);
}

void CheckTimes(std::string_view text) {
  auto time = ParseTime(text);
  if (!time.ok()) return;
  std::string written = ToRfc3339(*time);
  VEFA_CHECK(written.size() == 27 && *ParseTime(written) == *time);
  VEFA_CHECK(StartOfDay(DayOf(*time)) <= *time);
}

void CheckFolding(std::string_view text) {
  if (!IsUtf8(text)) return;
  std::string folded = text::FoldForSearch(text);
  VEFA_CHECK(IsUtf8(folded) && text::FoldForSearch(folded) == folded);
  VEFA_CHECK(text::FoldForLike(text).size() >= folded.size());
}

void CheckNormalForms(std::string_view text) {
  if (auto domain = text::DomainToAscii(text)) VEFA_CHECK(text::DomainToAscii(*domain) == domain);
  if (!IsUtf8(text)) return;
  const std::string tidy = text::Tidied(text);
  VEFA_CHECK(IsUtf8(tidy) && text::Tidied(tidy) == tidy);
  VEFA_CHECK(text::CanBeSeen(tidy) == text::CanBeSeen(text));
}

// A password is shown in no form of an address, wherever it stands among the other words.
void CheckSettings(std::string_view text) {
  if (text.find('\0') != text.npos) return;
  setenv("VEFA_FUZZED", std::string(text).c_str(), 1);
  config::Environment environment;
  environment.Get("VEFA_FUZZED", "none");
  environment.GetInt("VEFA_FUZZED", 5, 1, 10);
  environment.GetFlag("VEFA_FUZZED");
  environment.RequireKey("VEFA_FUZZED", 16);
  VEFA_CHECK(!environment.settings().empty());
  static const std::string kSecret = "Zq7Xw9";
  setenv("VEFA_FUZZED", ("host=a password=" + kSecret + " " + std::string(text)).c_str(), 1);
  environment.Get("VEFA_FUZZED", "");
  if (text.find(kSecret) == text.npos) VEFA_CHECK(environment.settings().front().value.find(kSecret) == std::string::npos);
  static_cast<void>(environment.Check().ok());
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = vefa::fuzz::Bytes(data, size).rest();
  vefa::fuzz::CheckEncodings(text);
  vefa::fuzz::CheckNames(text);
  vefa::fuzz::CheckTimes(text);
  vefa::fuzz::CheckFolding(text);
  vefa::fuzz::CheckNormalForms(text);
  vefa::fuzz::CheckSettings(text);
  return 0;
}
