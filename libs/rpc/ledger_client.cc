#include "libs/rpc/ledger_client.h"

#include <algorithm>

#include "libs/rpc/event_message.h"

namespace vefa::rpc {
namespace {

constexpr int kPageSize = 1000;
constexpr size_t kFetchMax = 10'000;
constexpr size_t kFetchBytesMax = 32u << 20;
// One page; the reader's own deadline may be shorter.
constexpr std::chrono::milliseconds kPageTimeout = std::chrono::seconds(20);
constexpr char kPermission[] = "events.read";

Deadline PageDeadline(Deadline deadline) { return Deadline::After(std::min(deadline.Left(), kPageTimeout)); }

// A reader that waited in vain tries again later, whoever was slow.
Error Waited(Error error) {
  if (error.code != Code::kDeadlineExceeded) return error;
  return Unavailable("LEDGER_SLOW", "The owner of the ledger did not answer in time; try again.");
}

Error Dropped(const std::string& what) {
  return {Code::kFailedPrecondition, "EVENTS_DROPPED",
          what + "; build from the state topic, or accept what is missing by skipping."};
}

Status Append(const google::protobuf::RepeatedPtrField<event::v1::Event>& from, const std::string& topic,
              std::vector<events::Event>& to) {
  for (const event::v1::Event& proto : from) {
    VEFA_TRY(events::Event event, EventFromProto(proto));
    // The ledger does not know where Kafka put it, but handlers tell owners apart by the topic.
    event.topic = topic;
    to.push_back(std::move(event));
  }
  return Ok();
}

}  // namespace

struct LedgerClient::Ledger {
  Ledger(const std::string& address, const PrincipalKey& key, const std::string& self, const Transport& transport)
      : peer(address, key, self, transport), stub(event::v1::EventLogService::NewStub(peer.channel())) {}
  Peer peer;
  std::unique_ptr<event::v1::EventLogService::Stub> stub;
};

LedgerClient::LedgerClient(const std::map<std::string, std::string>& addresses, const PrincipalKey& key,
                           const std::string& self, const Transport& transport) {
  for (const auto& [topic, address] : addresses)
    ledgers_[topic] = std::make_unique<Ledger>(address, key, self, transport);
}
LedgerClient::~LedgerClient() = default;

Result<const LedgerClient::Ledger*> LedgerClient::Find(const std::string& topic) const {
  auto found = ledgers_.find(topic);
  if (found == ledgers_.end())
    return NotFound("LEDGER_UNKNOWN", "Nobody is known who owns " + topic + "; set the address of its service.");
  return found->second.get();
}

Result<std::vector<events::Event>> LedgerClient::Fetch(const std::string& topic, const Uuid& tenant,
                                                       const std::string& subject, int64_t from, int64_t to,
                                                       Deadline deadline) {
  VEFA_TRY(const Ledger* ledger, Find(topic));
  std::vector<events::Event> all;
  event::v1::FetchEventsRequest request;
  request.set_subject(subject);
  request.set_to_version(to);
  request.set_page_size(kPageSize);
  size_t bytes = 0;
  for (int64_t next = std::max<int64_t>(from, 1); next != 0;) {
    request.set_from_version(next);
    auto answer = Call(ledger->peer, *ledger->stub, &event::v1::EventLogService::Stub::FetchEvents, request, tenant,
                       {kPermission}, PageDeadline(deadline));
    if (!answer.ok() && answer.error().reason == "SUBJECT_UNKNOWN") return Dropped("The owner does not know " + subject);
    if (!answer.ok()) return Waited(std::move(answer).error());
    bytes += answer->ByteSizeLong();
    VEFA_TRY_OK(Append(answer->events(), topic, all));
    next = answer->next_version();
    if (all.size() >= kFetchMax || bytes >= kFetchBytesMax) return all;
  }
  if (to > 0 && (all.empty() || all.back().aggregate_version < to))
    return Dropped("The owner's ledger of " + subject + " ends before version " + std::to_string(to));
  return all;
}

Result<std::vector<events::Event>> LedgerClient::Read(const std::string& topic, const Uuid& tenant, std::string& token,
                                                      Deadline deadline) {
  VEFA_TRY(const Ledger* ledger, Find(topic));
  std::vector<events::Event> page;
  // A page may be empty because other tenants' events lay in between.
  do {
    event::v1::ReadLedgerRequest request;
    request.set_page_size(kPageSize);
    request.set_page_token(token);
    auto answer = Call(ledger->peer, *ledger->stub, &event::v1::EventLogService::Stub::ReadLedger, request, tenant,
                       {kPermission}, PageDeadline(deadline));
    if (!answer.ok()) return Waited(std::move(answer).error());
    VEFA_TRY_OK(Append(answer->events(), topic, page));
    token = answer->next_page_token();
  } while (page.empty() && !token.empty());
  return page;
}

}  // namespace vefa::rpc
