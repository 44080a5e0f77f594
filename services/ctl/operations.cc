#include "services/ctl/operations.h"

#include <cstdio>

#include "libs/http/url.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {

int WithApi(const std::function<Status(Api&)>& work) {
  auto done = [&]() -> Status {
    VEFA_TRY(Credentials credentials, ReadCredentials());
    VEFA_TRY(auto api, Api::SignIn(std::move(credentials), kOperatorPatience));
    return work(*api);
  }();
  return done.ok() ? kOk : Fail(done.error());
}

std::vector<std::string> Chosen(const std::string& service, const std::vector<std::string>& all) {
  return service.empty() ? all : std::vector<std::string>{service};
}

std::string ServiceOfConsumer(const std::string& consumer) { return consumer.substr(0, consumer.find('.')); }

std::string OperationsPath(const std::string& service, const std::string& rest) {
  return "/v1/operations/" + http::PercentEncode(service) + "/" + rest;
}

std::string Age(double seconds) {
  char text[32];
  if (seconds < 120) {
    std::snprintf(text, sizeof text, "%.1f s", seconds);
  } else if (seconds < 7200) {
    std::snprintf(text, sizeof text, "%.0f min", seconds / 60);
  } else if (seconds < 172800) {
    std::snprintf(text, sizeof text, "%.0f h", seconds / 3600);
  } else {
    std::snprintf(text, sizeof text, "%.0f d", seconds / 86400);
  }
  return text;
}

}  // namespace vefa::ctl
