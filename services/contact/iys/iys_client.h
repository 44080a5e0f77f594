#pragma once

#include "libs/http/client.h"
#include "services/contact/iys/iys_registry.h"

namespace vefa::contact {

// IYS by its HTTP interface. Signs in at the first call, and anew when its token is refused. Not thread-safe.
class IysClient final : public IysRegistry {
 public:
  // `server` is VEFA_IYS_URL: IYS is spoken to in clear through a TLS proxy beside the service.
  IysClient(const http::Url& server, const IysAccount& account, Personal<std::string> password);

  Result<std::string> Add(const std::vector<IysConsent>& consents, Deadline deadline) override;
  Result<std::vector<IysOutcome>> Outcomes(const std::string& request_id, size_t count, Deadline deadline) override;
  Result<IysConsent> Find(const std::string& recipient, IysRecipient type, Channel channel, Deadline deadline) override;
  Result<IysChanges> Changes(const std::string& after, Deadline deadline) override;

 private:
  Status SignIn(Deadline deadline);
  // An answer of 2xx, 404 or 422; anything else is an error.
  Result<http::Response> Call(const char* method, const std::string& path, const std::string& query, std::string body, Deadline deadline);

  http::Client client_;
  const std::string brand_;  // The path of the brand.
  const std::string username_;
  const Personal<std::string> password_;
  std::string token_;
};

}  // namespace vefa::contact
