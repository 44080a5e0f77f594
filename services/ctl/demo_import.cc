// The demo's imports: people, consents, orders.

#include <algorithm>

#include "libs/base/text.h"
#include "services/ctl/contact_names.h"
#include "services/ctl/demo.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl::demo {
namespace {

constexpr size_t kChunkRows = 500;
constexpr int kNanosPerCent = 10'000'000;

// Streams rows in chunks and adds up what the answers say under `counted`.
Result<int64_t> StreamRows(Api& api, const std::string& title, const std::string& path, const std::vector<Json>& rows,
                           const std::vector<const char*>& counted) {
  Progress progress(title);
  size_t at = 0;
  int64_t count = 0;
  auto next = [&]() -> Result<std::optional<std::string>> {
    if (at == rows.size()) return std::optional<std::string>();
    size_t end = std::min(at + kChunkRows, rows.size());
    Json chunk{{"rows", Json::array()}};
    for (; at < end; ++at) chunk["rows"].push_back(rows[at]);
    return std::optional<std::string>(chunk.dump());
  };
  auto take = [&](const Json& answer) -> Status {
    const Json& rejects = MemberOf(answer, "rejects");
    if (rejects.is_array() && !rejects.empty()) {
      const Json& first = rejects.front();
      return InvalidArgument("IMPORT_REJECTED", "The platform refused " + TextOf(first, "field") + " of row " +
                                                    std::to_string(IntegerOf(first, "line")) + ": " +
                                                    TextOf(first, "message") + " (" + TextOf(first, "reason") + ")");
    }
    for (const char* key : counted) count += IntegerOf(answer, key);
    progress.Show(Grouped(count) + " of " + Grouped(static_cast<int64_t>(rows.size())));
    return Ok();
  };
  VEFA_TRY_OK(api.StreamChunks(path, next, take));
  progress.Done(Grouped(count));
  return count;
}

Json ContactJson(int n) {
  cdnow::Customer customer = cdnow::CustomerOf(n);
  return {{"externalId", customer.external_id},
          {"displayName", customer.display_name},
          {"email", customer.email},
          {"language", customer.language},
          {"source", "cdnow"}};
}

Json ConsentJson(int n, const cdnow::ConsentLine& line) {
  Json consent{{"purpose", kPurpose},
               {"channel", "CHANNEL_EMAIL"},
               {"state", line.granted ? "STATE_GRANTED" : "STATE_WITHDRAWN"},
               {"source", line.source},
               {"occurTime", ToRfc3339(line.time)}};
  return {{"contactExternalId", cdnow::CustomerOf(n).external_id}, {"consent", std::move(consent)}};
}

Json OrderJson(const cdnow::Purchase& purchase, const std::string& contact) {
  Json total{{"currencyCode", "USD"},
             {"units", std::to_string(purchase.cents / 100)},
             {"nanos", purchase.cents % 100 * kNanosPerCent}};
  return {{"contact", contact},
          {"externalId", cdnow::OrderIdOf(purchase)},
          {"occurTime", ToRfc3339(StartOfDay(purchase.day))},
          {"total", std::move(total)},
          {"itemCount", purchase.cds}};
}

}  // namespace

Status ImportPeople(Api& api, const std::vector<int>& ids) {
  std::vector<Json> contacts;
  std::vector<Json> consents;
  for (int n : ids) contacts.push_back(Json{{"line", n}, {"contact", ContactJson(n)}});
  // After all contacts: a consent is of somebody who is known.
  for (int n : ids) {
    for (const cdnow::ConsentLine& line : cdnow::ConsentsOf(n))
      consents.push_back(Json{{"line", n}, {"consent", ConsentJson(n, line)}});
  }
  const char* path = "/v1/contacts:import";
  VEFA_TRY_OK(StreamRows(api, "contacts", path, contacts, {"contactsCreated", "contactsUpdated", "unchanged"}));
  VEFA_TRY_OK(StreamRows(api, "consents", path, consents, {"consentsRecorded", "unchanged"}));
  return Ok();
}

Result<std::map<int, std::string>> NamesOf(Api& api, const std::vector<int>& ids) {
  std::map<int, std::string> names;
  for (size_t begin = 0; begin < ids.size(); begin += kContactNamesMax) {
    size_t end = std::min(begin + kContactNamesMax, ids.size());
    std::vector<std::string> external_ids;
    for (size_t i = begin; i < end; ++i) external_ids.push_back(cdnow::CustomerOf(ids[i]).external_id);
    VEFA_TRY(auto found, ContactNames(api, external_ids));
    for (size_t i = begin; i < end; ++i) {
      auto name = found.find(external_ids[i - begin]);
      if (name == found.end())
        return Error{Code::kFailedPrecondition, "CONTACTS_MISSING",
                     "The contact " + external_ids[i - begin] + " was imported and is not there; run the demo again."};
      names[ids[i]] = name->second;
    }
  }
  return names;
}

Result<int64_t> ImportOrders(Api& api, const std::vector<cdnow::Purchase>& purchases,
                             const std::map<int, std::string>& names) {
  std::vector<Json> orders;
  int64_t line = 0;
  for (const cdnow::Purchase& purchase : purchases)
    orders.push_back(Json{{"line", ++line}, {"order", OrderJson(purchase, names.at(purchase.sample_id))}});
  return StreamRows(api, "orders", "/v1/orders:import", orders, {"created", "unchanged"});
}

}  // namespace vefa::ctl::demo
