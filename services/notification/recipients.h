#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "libs/base/personal.h"
#include "libs/rpc/peer.h"
#include "services/notification/gate.h"
#include "services/notification/wishes.h"
#include "vefa/contact/v1/contact_service.grpc.pb.h"

namespace vefa::notification {

// What contact knows of one person at this moment. Never stored here.
struct Recipient {
  Personal<std::string> address;
  Personal<std::string> display_name;
  std::string language;
  ConsentState consent = ConsentState::kNeverAsked;
  bool suppressed = false;        // By contact; those of notification are looked up beside.
  bool paused = false;
  std::string preference_path{};    // `/p/…`
  std::string confirmation_path{};  // `/c/…`; empty when there is nothing to confirm.
  std::string purpose_title{};      // The purpose's code where nobody declared it.
  bool allowed = false;             // By contact's rule, for whatever reason.
  bool essential = false;           // It rests on a contract or the law, and heeds no wishes.
  Wishes wishes{};
};

// What the gate is told of somebody at a moment; `found` is nullptr for nobody. `suppressed` is what notification itself knows of the address.
// How many messages there were is for the caller to say.
RecipientFacts FactsOf(const Recipient* found, bool suppressed, bool asks_to_confirm, Time now);

// Asks the contact service for addresses and consents, in batches. Thread-safe.
class Recipients {
 public:
  Recipients(const std::string& address, const rpc::PrincipalKey& key, const rpc::Transport& transport = rpc::Transport());

  using Found = std::unordered_map<Uuid, Recipient>;
  // Those that exist. UNAVAILABLE `CONSENTS_UNREACHABLE` when contact cannot be asked.
  Result<Found> Get(const Uuid& tenant, const std::vector<Uuid>& contacts, const std::string& purpose, short channel,
                    Deadline deadline);

 private:
  rpc::Peer peer_;
  std::unique_ptr<contact::v1::ContactService::Stub> stub_;
};

}  // namespace vefa::notification
