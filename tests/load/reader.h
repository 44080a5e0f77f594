#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "libs/http/client.h"
#include "tests/load/pace.h"
#include "tests/load/rest_door.h"

namespace vefa::load {

// Follows a tenant's feed over REST from its beginning, through every fault, by the cursor of the last
// page it got, and writes down what it saw. One thread.
class FeedReader {
 public:
  // `foreign` are words that must not be in this tenant's feed.
  FeedReader(http::Url gateway, User user, std::string tenant_id, std::vector<std::string> foreign, std::FILE* file)
      : user_(std::move(user)), tenant_id_(std::move(tenant_id)), foreign_(std::move(foreign)), file_(file),
        client_(std::move(gateway)) {}

  // Until `writers` is stopped and nothing new came for a while, or for two minutes more.
  void Run(const Pace& writers);

 private:
  // How many events came; an error when it is to be asked again.
  Result<size_t> ReadPage();
  Result<std::string> Send(const std::string& method, const std::string& path, const std::string& query,
                           const std::string& body);

  const User user_;
  const std::string tenant_id_;
  const std::vector<std::string> foreign_;
  std::FILE* const file_;
  http::Client client_;
  std::string token_;
  std::string cursor_;
};

}  // namespace vefa::load
