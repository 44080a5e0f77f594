#pragma once

#include <google/protobuf/map.h>
#include <google/protobuf/util/message_differencer.h>

#include <functional>
#include <string>
#include <vector>

#include "libs/base/result.h"
#include "libs/rpc/door.h"
#include "libs/rpc/mask.h"
#include "services/contact/rating/rating_definitions.h"

// What the services of scores, personas and lifecycle rules share.
namespace vefa::contact {

// Texts by language: `tr` and `en`, tidied, of at most so many characters. Adds every violation.
void CheckTexts(google::protobuf::Map<std::string, std::string>& texts, const std::string& field, size_t characters, bool is_required,
                std::vector<Violation>& violations);
void CheckPriority(int priority, const std::string& field, std::vector<Violation>& violations);

// How one kind of definition is set.
struct SettingOf {
  DefinitionKind kind;
  const char* collection;
  size_t most;
  Error too_many;
};
// `said` with the code of its name, checked and without what is for output only. Made what the tenant has, as its next version; the same
// again stays. `also` is asked in the transaction.
template <typename Message>
Result<Message> SetDefinition(postgres::Database& database, const rpc::CallContext& call, const SettingOf& setting, const std::string& code,
                              const std::string& etag, const Message& said, const Clock& clock,
                              const std::function<Status(postgres::Transaction&)>& also = nullptr) {
  return postgres::InTransaction(
      database, postgres::Scope::Tenant(call.tenant), call.deadline, [&](postgres::Transaction& transaction) -> Result<Message> {
        VEFA_TRY_OK(HoldDefinitions(transaction, call.tenant, clock));
        VEFA_TRY(std::vector<Definition> all, ReadDefinitionsOf(transaction, call.tenant, setting.kind));
        const Definition* before = nullptr;
        for (const Definition& one : all)
          if (one.code == code) before = &one;
        const std::string present = before == nullptr ? "\"0\"" : MessageOf<Message>(*before, setting.collection).etag();
        VEFA_TRY_OK(rpc::CheckEtag(etag, present));
        if (also != nullptr) VEFA_TRY_OK(also(transaction));
        if (before == nullptr && all.size() >= setting.most) return setting.too_many;
        Message known;
        if (before != nullptr && known.ParseFromString(before->body) &&
            google::protobuf::util::MessageDifferencer::Equals(known, said))
          return MessageOf<Message>(*before, setting.collection);
        VEFA_TRY(Definition written, WriteDefinition(transaction, call.tenant, setting.kind, code, said.SerializeAsString(),
                                                     call.principal.subject, clock));
        return MessageOf<Message>(written, setting.collection);
      });
}
// Deletes one. `missing` when there is none.
Status DeleteDefinition(postgres::Database& database, const rpc::CallContext& call, DefinitionKind kind, const std::string& code,
                        const Error& missing, const Clock& clock,
                        const std::function<Status(postgres::Transaction&)>& also = nullptr);

}  // namespace vefa::contact
