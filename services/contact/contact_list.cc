// The lists of contact_service.h.
#include <algorithm>
#include <unordered_map>

#include "libs/base/text.h"
#include "libs/rpc/page.h"
#include "services/contact/contact_proto.h"
#include "services/contact/contact_service.h"
#include "services/contact/contact_store.h"
#include "services/contact/search/search.h"

namespace vefa::contact {
namespace {

constexpr size_t kQueryMax = 100;  // characters

// `display_name desc` taken apart. INVALID_ARGUMENT `ORDER_BY_UNKNOWN`.
void ReadOrder(const std::string& order_by, ContactPage& page, std::vector<Violation>& violations) {
  std::string column = order_by.empty() ? "create_time" : order_by;
  if (column.ends_with(" desc")) {
    page.descending = true;
    column.resize(column.size() - 5);
  }
  if (column != "create_time" && column != "display_name" && column != "external_id")
    violations.push_back({"order_by", "ORDER_BY_UNKNOWN", "Order by create_time, display_name or external_id."});
  page.order_by = column;
}

// What of contacts is asked for, beside the place in it.
struct Question {
  ContactPage page;
  filter::Filter filter;
  std::string words;  // To be searched for.
  std::string scope;  // Of its page tokens.
};
Result<Question> ReadQuestion(const rpc::CallContext& call, const v1::ListContactsRequest& request) {
  Question question;
  VEFA_TRY(question.page.size, rpc::PageSize(request.page_size()));
  std::vector<Violation> violations;
  ReadOrder(request.order_by(), question.page, violations);
  if (!IsUtf8(request.query()) || Utf8Length(request.query()) > kQueryMax)
    violations.push_back({"query", "TOO_LONG", "Search for at most 100 characters."});
  auto filter = filter::Read(request.filter(), ContactFields());
  if (!filter.ok()) violations.insert(violations.end(), filter.error().violations.begin(), filter.error().violations.end());
  if (!violations.empty()) return Violations(std::move(violations));
  question.filter = *std::move(filter);
  question.words = request.query() + " " + question.filter.words;
  if (question.words.find_first_not_of(" \t\r\n") == std::string::npos) question.words.clear();
  question.scope = "ListContacts|" + call.tenant.ToString() + "|" + request.order_by() + "|" + request.query();
  if (!request.filter().empty()) question.scope += "|" + std::to_string(request.filter().size()) + "|" + request.filter();
  return question;
}

}  // namespace

Status ContactService::List(const rpc::CallContext& call, const v1::ListContactsRequest& request,
                            v1::ListContactsResponse& response) {
  VEFA_TRY(Question question, ReadQuestion(call, request));
  ContactPage& page = question.page;
  const bool first = request.page_token().empty();
  if (!question.words.empty()) {
    VEFA_TRY(std::vector<Found> found, Search(call, question.words, question.filter));
    if (first) response.set_total_size(static_cast<int32_t>(found.size()));
    if (request.order_by().empty()) return Ranked(call, request, question.scope + "|rank", std::move(found), page.size, response);
    page.among.emplace();
    for (const Found& one : found) page.among->push_back(one.id);
  }
  VEFA_TRY(page.after, rpc::ReadPageToken(secret_, question.scope, request.page_token(), 2));
  const bool filtered = !page.among && (question.filter.condition || !call.principal.SeesAll());
  if (first && !page.among) {
    VEFA_TRY(int32_t total, filtered ? CountFiltered(database_, call.tenant, question.filter, call.principal.owners, call.deadline)
                                     : CountContacts(database_, call.tenant, call.deadline));
    response.set_total_size(total);
  }
  // One row more than asked for tells whether there is a next page.
  int wanted = page.size++;
  std::vector<Contact> contacts;
  if (filtered) {
    VEFA_TRY(std::vector<Uuid> ids, ListFiltered(database_, call.tenant, question.filter, call.principal.owners, page, call.deadline));
    VEFA_TRY(contacts, InOrder(call, ids));
  } else {
    VEFA_TRY(contacts, contact::ListContacts(database_, call.tenant, page, call.deadline));
  }
  if (static_cast<int>(contacts.size()) > wanted) {
    contacts.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, question.scope, PageKeys(contacts.back(), page.order_by)));
  }
  for (const Contact& contact : contacts) *response.add_contacts() = ToProto(contact);
  return Ok();
}

// What is found, and of it what a filter lets through and the caller sees.
Result<std::vector<Found>> ContactService::Search(const rpc::CallContext& call, const std::string& words, const filter::Filter& filter) {
  VEFA_TRY(std::vector<Found> found, SearchContacts(database_, call.tenant, words, call.deadline));
  if ((!filter.condition && call.principal.SeesAll()) || found.empty()) return found;
  std::vector<Uuid> ids;
  for (const Found& one : found) ids.push_back(one.id);
  VEFA_TRY(auto kept, FilterContacts(database_, call.tenant, filter, call.principal.owners, ids, call.deadline));
  std::erase_if(found, [&](const Found& one) { return !kept.contains(one.id); });
  return found;
}

// The records of these contacts; who is gone meanwhile is left out.
Result<std::vector<Contact>> ContactService::InOrder(const rpc::CallContext& call, const std::vector<Uuid>& ids) {
  std::vector<Contact> ordered;
  if (ids.empty()) return ordered;
  VEFA_TRY(auto contacts, GetContacts(database_, call.tenant, ids, {}, call.deadline));
  std::unordered_map<Uuid, Contact*> by_id;
  for (Contact& contact : contacts) by_id.emplace(contact.id, &contact);
  for (const Uuid& id : ids)
    if (auto at = by_id.find(id); at != by_id.end()) ordered.push_back(std::move(*at->second));
  return ordered;
}

// Best first: the page is a part of what was found, and only its records are read.
Status ContactService::Ranked(const rpc::CallContext& call, const v1::ListContactsRequest& request, const std::string& scope,
                              std::vector<Found> found, int size, v1::ListContactsResponse& response) {
  VEFA_TRY(std::vector<std::string> after, rpc::ReadPageToken(secret_, scope, request.page_token(), 3));
  auto first = found.begin();
  if (!after.empty()) {
    VEFA_TRY(Uuid id, Uuid::Parse(after[2]));
    first = std::upper_bound(found.begin(), found.end(), Found{std::stoi(after[0]), after[1], id});
  }
  auto last = found.end() - first > size ? first + size : found.end();
  std::vector<Uuid> ids;
  for (auto at = first; at != last; ++at) ids.push_back(at->id);
  VEFA_TRY(auto contacts, InOrder(call, ids));
  for (const Contact& contact : contacts)
    if (!contact.erase_time) *response.add_contacts() = ToProto(contact);
  if (last == found.end()) return Ok();
  const Found& end = *(last - 1);
  response.set_next_page_token(rpc::MakePageToken(secret_, scope, {std::to_string(end.rank), end.name_key, end.id.ToString()}));
  return Ok();
}

}  // namespace vefa::contact
