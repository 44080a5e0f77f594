#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "libs/http/client.h"
#include "tests/load/door.h"

namespace vefa::load {

// Whom a tenant's writers sign in as.
struct User {
  std::string tenant;  // Its slug.
  std::string email;
  std::string password;
};

// Speaks to the gateway's REST surface as a signed-in user. Used by one thread.
class RestDoor final : public Door {
 public:
  RestDoor(http::Url gateway, User user) : user_(std::move(user)), client_(std::move(gateway)) {}

  Answer Create(const ContactDraft& contact, const Uuid& request_id) override;
  Answer RecordConsent(const ConsentDraft& consent, const Uuid& request_id) override;
  Answer ImportContacts(const std::vector<ContactDraft>& contacts) override;
  Answer ImportOrders(const std::vector<OrderDraft>& orders) override;

 private:
  using Json = nlohmann::json;
  // Signs in first when there is no session.
  Result<Json> Post(const std::string& path, const std::string& query, const Json& body, const char* type);
  Result<Json> Send(const std::string& path, const std::string& query, const Json& body, const char* type);
  Answer Chunk(const std::string& path, const Json& rows);

  const User user_;
  http::Client client_;
  std::string token_;
};

}  // namespace vefa::load
