// Requests as JSON and as the text of paths and queries. Whatever is taken says the same when it is written and read
// again; whatever is refused becomes a problem document that is JSON itself.
#include <nlohmann/json.hpp>

#include <string>

#include "libs/base/check.h"
#include "libs/base/text.h"
#include "services/gateway/json.h"
#include "services/gateway/problem.h"
#include "tests/fuzz/bytes.h"
#include "vefa/campaign/v1/campaign_service.pb.h"
#include "vefa/contact/v1/contact_service.pb.h"
#include "vefa/interaction/v1/interaction_service.pb.h"
#include "vefa/notification/v1/notification_service.pb.h"

namespace vefa::fuzz {
namespace {

using google::protobuf::Message;

std::unique_ptr<Message> Request(uint8_t choice) {
  switch (choice % 6) {
    case 0: return std::make_unique<contact::v1::CreateContactRequest>();
    case 1: return std::make_unique<contact::v1::RecordConsentRequest>();
    case 2: return std::make_unique<campaign::v1::CreateSegmentRequest>();
    case 3: return std::make_unique<campaign::v1::CreateTemplateRequest>();
    case 4: return std::make_unique<interaction::v1::ImportOrdersRequest>();
    default: return std::make_unique<notification::v1::ListMessagesRequest>();
  }
}

// What JSON cannot say (a time outside the years 1 to 9999, say) is refused when it is written.
void CheckTaken(const Message& message) {
  auto written = gateway::WriteJson(message);
  if (!written.ok()) return;
  VEFA_CHECK(IsUtf8(*written) && nlohmann::json::accept(*written));
  std::unique_ptr<Message> again(message.New());
  VEFA_CHECK(gateway::ReadJson(*written, "", *again).ok());
  VEFA_CHECK(*gateway::WriteJson(*again) == *written);
}

void CheckRefused(const Error& error) {
  VEFA_CHECK(error.code == Code::kInvalidArgument && !error.reason.empty());
  std::string problem = gateway::ProblemJson(error, "");
  VEFA_CHECK(IsUtf8(problem) && nlohmann::json::accept(problem) && problem.find('\n') == std::string::npos);
  VEFA_CHECK(gateway::HttpStatus(error) == 400);
}

void Check(const Status& status, const Message& message) {
  if (status.ok()) CheckTaken(message);
  else CheckRefused(status.error());
}

void CheckRequest(Bytes bytes) {
  uint8_t choice = bytes.Next();
  auto body = Request(choice);
  Check(gateway::ReadJson(bytes.rest(), "", *body), *body);
  auto query = http::ParseQuery(bytes.rest());
  if (!query.ok()) return CheckRefused(query.error());
  auto asked = Request(choice);
  Check(gateway::SetFromQuery(*asked, *query, {"name"}), *asked);
  for (const auto& [field, text] : *query) {
    auto one = Request(choice);
    Check(gateway::SetField(*one, field, text), *one);
  }
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vefa::fuzz::CheckRequest(vefa::fuzz::Bytes(data, size));
  return 0;
}
