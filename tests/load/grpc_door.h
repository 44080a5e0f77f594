#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/rpc/peer.h"
#include "tests/load/door.h"
#include "vefa/contact/v1/contact_service.grpc.pb.h"
#include "vefa/interaction/v1/interaction_service.grpc.pb.h"

namespace vefa::load {

// Where the services answer; several addresses are replicas of one.
struct Services {
  std::vector<std::string> contact;
  std::vector<std::string> interaction;
};

// Speaks to the services themselves, with a principal of its own. After an answer that is not known the
// next replica is asked. Used by one thread.
class GrpcDoor final : public Door {
 public:
  GrpcDoor(const Services& services, const rpc::PrincipalKey& key, const Uuid& tenant);

  Answer Create(const ContactDraft& contact, const Uuid& request_id) override;
  Answer RecordConsent(const ConsentDraft& consent, const Uuid& request_id) override;
  Answer ImportContacts(const std::vector<ContactDraft>& contacts) override;
  Answer ImportOrders(const std::vector<OrderDraft>& orders) override;

 private:
  template <typename Stub>
  struct Replicas {
    std::vector<std::unique_ptr<rpc::Peer>> peers;
    std::vector<std::unique_ptr<Stub>> stubs;
    size_t next = 0;
    Stub& stub() { return *stubs[next % stubs.size()]; }
    rpc::Peer& peer() { return *peers[next % peers.size()]; }
  };
  template <typename Service>
  static Replicas<typename Service::Stub> Open(const std::vector<std::string>& addresses, const rpc::PrincipalKey& key);

  const Uuid tenant_;
  Replicas<contact::v1::ContactService::Stub> contact_;
  Replicas<interaction::v1::InteractionService::Stub> interaction_;
};

}  // namespace vefa::load
