// find: searches, lists with a filter and reads of single contacts among 1,000,000 of one tenant, 200 calls a second
// together whatever the answers take; and how fast the words of contacts are written.
#include <mutex>
#include <random>

#include "libs/rpc/peer.h"
#include "services/contact/search/search_sweep.h"
#include "tests/bench/common/result.h"
#include "tests/bench/create/servers.h"
#include "tests/bench/find/open_loop.h"
#include "tests/bench/find/people.h"
#include "vefa/contact/v1/contact_service.grpc.pb.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();

namespace vefa::bench {
namespace {

using contact::v1::ListContactsRequest;
using Stub = contact::v1::ContactService::Stub;

constexpr int kPeople = 1'000'000;
constexpr int kPeopleQuick = 50'000;
constexpr double kPerSecond = 200;
constexpr int kKinds = 9;
// What a call counts that was refused: more than any goal.
constexpr double kRefusedMs = 10'000;

// What is looked for, by turns; the last two are no searches.
const char* const kKindNames[kKinds] = {"two letters", "the beginning of a name", "a full name", "a full name with a typo",
                                        "a frequent word", "an address", "an external id", "list", "get"};

size_t Character(const std::string& text, size_t at) {  // Where the at-th one begins.
  size_t byte = 0;
  for (; at > 0 && byte < text.size(); --at)
    do ++byte;
    while (byte < text.size() && (static_cast<unsigned char>(text[byte]) & 0xC0) == 0x80);
  return byte;
}

std::string Mistyped(std::string name, std::mt19937& random) {
  size_t at = name.rfind(' ') + 2 + random() % 2;
  if (at + 1 < name.size() && static_cast<unsigned char>(name[at]) < 0x80 && static_cast<unsigned char>(name[at + 1]) < 0x80)
    std::swap(name[at], name[at + 1]);
  return name;
}

std::string QueryOf(int kind, const Sample& person, std::mt19937& random) {
  const std::string& name = person.display_name;
  const size_t space = name.find(' ');
  switch (kind) {
    case 0: return name.substr(0, Character(name, 2));
    case 1: return random() % 2 == 0 ? name.substr(0, Character(name, 4)) : name.substr(0, space + 1 + Character(name.substr(space + 1), 3));
    case 2: return random() % 4 == 0 ? name.substr(name.rfind(' ') + 1) + " " + name.substr(0, space) : name;
    case 3: return Mistyped(name, random);
    case 4: return random() % 3 == 0 ? "gmail.example" : random() % 2 == 0 ? name.substr(0, space) : name.substr(name.rfind(' ') + 1);
    case 5: return person.email.empty() ? person.external_id : person.email;
    default: return random() % 2 == 0 ? person.external_id : person.external_id.substr(0, 8);
  }
}

std::string FilterOf(const Sample& person, std::mt19937& random) {
  switch (random() % 4) {
    case 0: return "language = \"en\"";
    case 1: return "source = \"shop\" AND create_time >= \"2025-01-01T00:00:00Z\"";
    case 2: return "external_id = \"" + person.external_id + "\"";
    default: return "email:* AND language = \"tr\" AND NOT source = \"web\"";
  }
}

struct Calls {
  Stub& stub;
  const rpc::Peer& peer;
  const Uuid tenant;

  // Begins a call; `answered` gets nothing when it was refused.
  template <typename Request, typename Response>
  void Begin(void (Stub::async_interface::*method)(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>),
             Request request, std::function<void(const Response*)> answered) {
    struct One {
      grpc::ClientContext context;
      Request request;
      Response response;
    };
    auto one = std::make_shared<One>();
    peer.Prepare(one->context, tenant, {"*"}, Deadline::After(std::chrono::seconds(10)));
    one->request = std::move(request);
    (stub.async()->*method)(&one->context, &one->request, &one->response, [one, answered](const grpc::Status& status) {
      answered(status.ok() ? &one->response : nullptr);
    });
  }
};

void Report(const std::vector<double>& times, const std::vector<int>& kinds, int from, int to, const std::string& name, double goal) {
  std::vector<double> ms;
  for (size_t n = 0; n < times.size(); ++n)
    if (kinds[n] >= from && kinds[n] < to) ms.push_back(times[n]);
  std::sort(ms.begin(), ms.end());
  auto at = [&](double share) { return ms[static_cast<size_t>(share * static_cast<double>(ms.size() - 1))]; };
  Print(name + " p50", at(0.5), "ms", "the goal of its p99", goal);
  Print(name + " p99", at(0.99), "ms", "the goal", goal);
}

void Measure(Calls& calls, const std::vector<Sample>& people, std::chrono::seconds time, bool report) {
  std::mt19937 random(5);
  std::vector<int> kinds;
  std::mutex mutex;
  std::vector<long> refused;
  int nothing = 0;
  auto times = OpenLoop(kPerSecond, time, [&](long n, std::function<void()> done) {
    const Sample& person = people[random() % people.size()];
    const int kind = static_cast<int>(random() % kKinds);
    kinds.push_back(kind);
    auto answered = [&, n, done](bool was_refused, bool was_empty) {
      {
        std::lock_guard lock(mutex);
        if (was_refused) refused.push_back(n);
        nothing += was_empty;
      }
      done();
    };
    if (kind == kKinds - 1) {
      contact::v1::GetContactRequest get;
      get.set_name(person.name);
      return calls.Begin<contact::v1::GetContactRequest, contact::v1::Contact>(
          &Stub::async_interface::GetContact, get, [answered](const auto* contact) { answered(contact == nullptr, false); });
    }
    ListContactsRequest list;
    if (kind == kKinds - 2) {
      list.set_filter(FilterOf(person, random));
      list.set_order_by(random() % 2 == 0 ? "create_time desc" : "display_name");
    } else {
      list.set_query(QueryOf(kind, person, random));
    }
    calls.Begin<ListContactsRequest, contact::v1::ListContactsResponse>(
        &Stub::async_interface::ListContacts, list, [answered](const contact::v1::ListContactsResponse* response) {
          answered(response == nullptr, response != nullptr && response->contacts_size() == 0);
        });
  });
  for (long n : refused) times[static_cast<size_t>(n)] += kRefusedMs;
  if (!report) return;
  Report(times, kinds, 0, kKinds - 2, "search", 20);
  for (int kind = 0; kind < kKinds - 2; ++kind) Report(times, kinds, kind, kind + 1, std::string("search by ") + kKindNames[kind], 20);
  Report(times, kinds, kKinds - 2, kKinds - 1, "list with a filter", 20);
  Report(times, kinds, kKinds - 1, kKinds, "get", 5);
  Print("answers with nobody", nothing, "calls", "all calls", static_cast<double>(times.size()));
  Print("refused", static_cast<double>(refused.size()), "calls", "all calls", static_cast<double>(times.size()));
}

void Run() {
  const bool quick = Rounds(2) == 1;
  testing::TestDatabase database(vefa_contact_migrations());
  Server server = StartContact(database);
  const int count = quick ? kPeopleQuick : kPeople;
  MakePeople(database, count);
  database.Run("VACUUM ANALYZE contact");
  telemetry::Metrics metrics;
  contact::SearchSweep sweep(database.pump(), metrics, false);
  double seconds = Seconds([&] {
    if (!sweep.Sweep(database.tenant()).ok()) std::abort();
  });
  double read = Seconds([&] {
    if (!sweep.Sweep(database.tenant()).ok()) std::abort();
  });
  Print("words_written", count / seconds, "contacts/s", "the same contacts looked through when nothing is to be written", count / read);
  for (const char* table : {"search_contact", "search_word", "search_vocabulary", "search_typo"})
    database.Run("VACUUM ANALYZE " + std::string(table));
  Print("search_bytes", static_cast<double>(database.Count("SELECT sum(pg_total_relation_size(c::regclass))::bigint FROM"
                                                           " unnest(ARRAY['search_contact', 'search_word', 'search_vocabulary', 'search_typo']) c")) / count,
        "bytes/contact", "the table of contacts and its indexes", static_cast<double>(database.Count("SELECT pg_total_relation_size('contact')")) / count);
  const std::vector<Sample> people = SamplePeople(database, 5000);
  // Kept to the end: the thread of the last answer may still be at work when all are counted.
  rpc::PrincipalKey key(kSecret);
  rpc::Peer peer("127.0.0.1:" + std::to_string(server.port), key, "bench");
  auto stub = contact::v1::ContactService::NewStub(peer.channel());
  Calls calls{*stub, peer, database.tenant()};
  Measure(calls, people, std::chrono::seconds(5), false);
  Measure(calls, people, std::chrono::seconds(quick ? 5 : 45), true);
  server.Kill();
}

}  // namespace
}  // namespace vefa::bench

int main() {
  vefa::bench::Run();
  return 0;
}
