#include "services/contact/purpose/purpose_proto.h"

#include "libs/rpc/time.h"
#include "services/contact/titles.h"

namespace vefa::contact {

v1::Purpose ToProto(const Purpose& purpose) {
  v1::Purpose proto;
  proto.set_name(ResourceName("purposes", purpose.id));
  proto.set_code(purpose.code);
  proto.set_title(purpose.title);
  PutTitles(purpose.title_tr, purpose.title_en, *proto.mutable_titles());
  proto.set_lawful_basis(static_cast<v1::LawfulBasis>(purpose.lawful_basis));
  proto.set_is_commercial(purpose.is_commercial);
  proto.set_retention_days(purpose.retention_days);
  proto.set_consent_days(purpose.consent_days);
  proto.set_customers_only(purpose.customers_only);
  proto.set_text_version(purpose.text_version);
  proto.set_version(purpose.version);
  proto.set_etag("\"" + std::to_string(purpose.version) + "\"");
  *proto.mutable_create_time() = rpc::ToProto(purpose.create_time);
  *proto.mutable_update_time() = rpc::ToProto(purpose.update_time);
  return proto;
}

v1::PurposeText ToProto(const PurposeText& text) {
  v1::PurposeText proto;
  proto.set_purpose(ResourceName("purposes", text.purpose));
  proto.set_text_version(text.text_version);
  proto.set_language(text.language);
  proto.set_text(text.text);
  proto.set_text_hash(text.text_hash);
  *proto.mutable_publish_time() = rpc::ToProto(text.publish_time);
  return proto;
}

Purpose FromProto(const v1::Purpose& proto, std::vector<Violation>& violations) {
  Purpose purpose;
  purpose.code = proto.code();
  purpose.title = proto.title();
  ReadTitles(proto.titles(), "purpose.titles", purpose.title_tr, purpose.title_en, violations);
  if (v1::LawfulBasis_IsValid(proto.lawful_basis())) purpose.lawful_basis = static_cast<LawfulBasis>(proto.lawful_basis());
  purpose.is_commercial = proto.is_commercial();
  purpose.retention_days = proto.retention_days();
  purpose.consent_days = proto.consent_days();
  purpose.customers_only = proto.customers_only();
  return purpose;
}

PurposeText FromProto(const v1::PurposeText& proto) {
  PurposeText text;
  text.language = proto.language();
  text.text = proto.text();
  return text;
}

}  // namespace vefa::contact
