// What a mail server says. Replies do not depend on how the octets were cut, nothing of a length without bound is
// kept, and each becomes a verdict and a text fit to be shown.
#include <string>
#include <vector>

#include "libs/base/check.h"
#include "services/notification/smtp/verdict.h"
#include "tests/fuzz/bytes.h"

namespace vefa::fuzz {
namespace {

using notification::smtp::Fate;
using notification::smtp::Reply;
using notification::smtp::ReplyReader;
using notification::smtp::Stage;
using notification::smtp::Verdict;

struct Heard {
  std::vector<Reply> replies;
  bool garbage = false;
};

Heard Hear(std::string_view octets, size_t step) {
  ReplyReader reader;
  Heard heard;
  for (size_t at = 0; at < octets.size(); at += step) {
    reader.Add(octets.substr(at, step));
    for (;;) {
      Reply reply;
      ReplyReader::Step met = reader.Next(reply);
      if (met == ReplyReader::Step::kGarbage) {
        heard.garbage = true;
        return heard;
      }
      if (met == ReplyReader::Step::kMore) break;
      heard.replies.push_back(std::move(reply));
    }
  }
  return heard;
}

void CheckReply(const Reply& reply) {
  VEFA_CHECK(reply.code >= 200 && reply.code < 600 && reply.text.size() <= (16 << 10) + 64);
  VEFA_CHECK(reply.enhanced.empty() || (reply.text.starts_with(reply.enhanced) && reply.enhanced[0] - '0' == reply.code / 100));
  for (Stage stage : {Stage::kConnect, Stage::kGreeting, Stage::kHello, Stage::kMail, Stage::kRcpt, Stage::kData, Stage::kDot}) {
    Verdict verdict = notification::smtp::Classify(stage, reply);
    VEFA_CHECK(*verdict.reason != '\0' || verdict.fate == Fate::kAccepted || verdict.fate == Fate::kQueued);
    // Only an answer to the dot takes a message, and no answer leaves it open.
    VEFA_CHECK(verdict.fate != Fate::kAccepted || (stage == Stage::kDot && reply.positive()));
  }
  std::string shown = notification::smtp::Printable(reply.text);
  for (char c : shown) VEFA_CHECK(c >= ' ' && c <= '~');
  VEFA_CHECK(shown.size() <= 1003);
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view octets = vefa::fuzz::Bytes(data, size).rest();
  vefa::fuzz::Heard whole = vefa::fuzz::Hear(octets, std::max<size_t>(1, octets.size()));
  for (const auto& reply : whole.replies) vefa::fuzz::CheckReply(reply);
  for (size_t step : {1, 5}) {
    vefa::fuzz::Heard parts = vefa::fuzz::Hear(octets, step);
    VEFA_CHECK(parts.garbage == whole.garbage && parts.replies.size() == whole.replies.size());
    for (size_t i = 0; i < whole.replies.size(); ++i)
      VEFA_CHECK(parts.replies[i].code == whole.replies[i].code && parts.replies[i].text == whole.replies[i].text);
  }
  return 0;
}
