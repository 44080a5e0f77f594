#include "tests/plans/statements.h"

#include "services/campaign/segment/predicate_sql.h"
#include "services/contact/contact_filter.h"

namespace vefa::plans {
namespace {

// Run by relays, consumers and the threads of a service, as the pump.
constexpr const char* kPumpFiles[] = {"libs/events/", "libs/operations/", "libs/rpc/answer_keeper.cc", "campaign/campaign/run_store.cc",
                                      "campaign/campaign/recipient_store.cc", "campaign/projection/", "interaction/score/run_store.cc",
                                      "interaction/score/purchase_store.cc", "interaction/timeline/timeline_handler.cc",
                                      "notification/delivery/", "gateway/feed/feed_writer.cc", "contact/unsubscribe_handler.cc",
                                      "contact/search/search_index.cc", "contact/search/search_sweep.cc",
                                      "contact/duplicate/duplicate_search.cc", "contact/consent/consent_chain.cc",
                                      "contact/relationship/unaccountable_gauge.cc", "contact/suppression/address_hashes.cc",
                                      "contact/suppression/hash_sweep.cc", "contact/retention/activity_handler.cc",
                                      "contact/retention/retention_clock.cc",
                                      "contact/rating/rating_loop.cc", "contact/suppression/bounce_handler.cc",
                                      "contact/iys/iys_loop.cc",
                                      "notification/suppression_lift.cc"};

constexpr char kNull[] = "NULL";
constexpr char kContact[] = "'01970002-0000-7001-8000-000000000001'";

// How the lists of messages are asked for: each filter by itself.
std::vector<Asked> MessageList(const char* sixth) {
  std::map<int, std::string> all{{2, kNull}, {3, kNull}, {4, kNull}};
  if (*sixth != '\0') all[6] = sixth;
  std::map<int, std::string> contact = all, originator = all;
  contact[2] = kContact;
  originator[3] = "'campaigns/c7'";
  return {{"", all, "", true}, {"of a contact", contact, "", true}, {"of an originator", originator, "", true}};
}

std::vector<Asked> HowAsked(const std::string& name) {
  if (name == "message_list" || name == "message_list_waiting") return MessageList("");
  if (name == "message_list_refused") return MessageList("2");
  if (name == "message_list_state") return MessageList("4");
  if (name == "message_list_held") return MessageList("'2026-06-01'");
  if (name == "chunk_settled" || name == "window_ambiguous") return {{"", {}, "", true}};
  const char* found = "'{01970002-0000-7001-8000-000000000001,01970002-0000-7001-8000-000000000009}'";
  if (name == "contact_count") return {{"", {{2, "10000"}}, "", false}};
  if (name == "attribute_definition_insert") return {{"", {{6, "'[]'"}, {11, "'{}'"}}, "", false}};
  if (name == "attribute_definition_write") return {{"", {{4, "'[]'"}, {8, "'{}'"}}, "", false}};
  if (name == "rating_score_write") return {{"", {{7, "'{[]}'"}}, "", false}};
  if (name == "verify_columns") return {{"", {{1, "'contact'"}}, "", false}};
  if (name == "relay_read") return {{"", {}, "(bigint, bigint[], bigint, bigint)", false}};
  if (name.starts_with("contact_list_")) {
    bool among = name.find("_found") != std::string::npos;
    if (name.ends_with("_first")) return {{"", among ? std::map<int, std::string>{{3, found}} : std::map<int, std::string>(), "", false}};
    std::map<int, std::string> page{{3, "'2026-01-01'"}, {4, kContact}};
    if (among) page[5] = found;
    return {{"", page, "", false}};
  }
  return {Asked{}};
}

bool IsOfPump(const std::string& file) {
  for (const char* part : kPumpFiles)
    if (file.find(part) != std::string::npos) return true;
  return false;
}

// A segment of those who buy and agreed: a leaf of each kind.
campaign::Predicate SomePredicate() {
  campaign::Predicate orders, consent, all;
  orders.kind = campaign::Predicate::Kind::kCompare;
  orders.attribute = "order_count";
  orders.op = campaign::CompareOp::kGt;
  orders.value = 3.0;
  consent.kind = campaign::Predicate::Kind::kConsent;
  consent.purpose = "marketing";
  consent.channel = 1;
  consent.consent_state = 1;
  all.kind = campaign::Predicate::Kind::kAll;
  all.terms = {orders, consent};
  return all;
}

void AddMadeAtRunTime(std::vector<Planned>& all) {
  postgres::Params params;
  params.resize(1);
  all.push_back({"segment_count", "", campaign::CountSql(SomePredicate(), params), false, {{"", {}, "", true}}});
  params.resize(3);
  all.push_back({"segment_members", "", campaign::MembersSql(SomePredicate(), params), false, {{"", {}, "", true}}});
  params.resize(2);
  all.push_back({"campaign_audience", "", campaign::AudienceSql(SomePredicate(), params), false, {{"", {}, "", true}}});
}

// The list of somebody who sees his own contacts alone.
void AddOwned(std::vector<Planned>& all) {
  const contact::Condition owned = contact::ConditionOf({}, 3, std::vector<Uuid>{});
  all.push_back({"contact_list_owned", "", "SELECT c.id FROM contact c WHERE c.tenant_id = $1 AND " + owned.sql +
                 " ORDER BY c.create_time, c.id LIMIT $2", false, {{"", {{3, "'{01970002-0000-7001-8000-000000000001}'"}}, "", true}}});
}

}  // namespace

std::string ServiceOf(const std::string& file) {
  for (const char* service : {"contact", "interaction", "campaign", "notification", "gateway"})
    if (file.find(std::string("services/") + service + "/") != std::string::npos) return service;
  return "contact";
}

std::vector<Planned> StatementsOf(const std::string& service) {
  std::vector<Planned> all;
  for (const auto& [name, source] : postgres::Statements())
    if (ServiceOf(source.file) == service && !name.starts_with("test_") && !name.starts_with("toy_"))
      all.push_back({name, source.file, source.sql, IsOfPump(source.file), HowAsked(name)});
  if (service == "campaign") AddMadeAtRunTime(all);
  if (service == "contact") AddOwned(all);
  return all;
}

const std::map<std::string, std::string>& MayReadWhole() {
  static const std::map<std::string, std::string> all{
      {"operations_outbox", "its oldest event is the first entry of an index"},
  };
  return all;
}

const std::map<std::string, std::string>& MadeAtRunTime() {
  static const char kShadow[] = "reads a projection and its shadow whole, by its nature";
  static const char kFilter[] = "planned with its values in it; tests/bench/find times it among a million contacts";
  static const std::map<std::string, std::string> all{
      {"contact_list_filtered", kFilter},
      {"contact_count_filtered", kFilter},
      {"contact_filter", kFilter},
      {"rating_filters", "a page of contacts by their keys, held against filters with their values in them"},
      {"segment_count", ""},
      {"segment_members", ""},
      {"campaign_audience", ""},
      {"rebuild_behind", kShadow},
      {"rebuild_parked", kShadow},
      {"rebuild_remember", kShadow},
      {"shadow_capture", kShadow},
      {"purchases_open", "a cursor over every order of a tenant, which is what a model is fitted to"},
      {"purchases_next", "the next rows of that cursor"},
      {"projection_contacts", "an upsert by the primary key, as projection_consents, whose plan is kept"},
  };
  return all;
}

}  // namespace vefa::plans
