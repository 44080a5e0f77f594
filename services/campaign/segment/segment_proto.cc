#include "services/campaign/segment/segment_proto.h"

#include "libs/rpc/time.h"
#include "services/campaign/segment/predicate_text.h"

namespace vefa::campaign {
namespace {

// A number that is not in the contract would be cut to the width of ours, and could then be another.
int16_t Known(bool (*is_valid)(int), int value) { return is_valid(value) ? static_cast<int16_t>(value) : -1; }

void ReadCompare(const v1::Compare& proto, Predicate& leaf) {
  leaf.kind = Predicate::Kind::kCompare;
  leaf.attribute = proto.attribute();
  leaf.op = static_cast<CompareOp>(Known(v1::Compare::Op_IsValid, proto.op()));
  if (proto.has_number()) leaf.value = proto.number();
  if (proto.has_text()) leaf.value = proto.text();
}

}  // namespace

Predicate FromProto(const v1::Predicate& proto) {
  Predicate node;
  switch (proto.node_case()) {
    case v1::Predicate::kAll:
      node.kind = Predicate::Kind::kAll;
      for (const v1::Predicate& term : proto.all().terms()) node.terms.push_back(FromProto(term));
      break;
    case v1::Predicate::kAny:
      node.kind = Predicate::Kind::kAny;
      for (const v1::Predicate& term : proto.any().terms()) node.terms.push_back(FromProto(term));
      break;
    case v1::Predicate::kNot:
      node.kind = Predicate::Kind::kNot;
      node.terms.push_back(FromProto(proto.not_()));
      break;
    case v1::Predicate::kCompare:
      ReadCompare(proto.compare(), node);
      break;
    case v1::Predicate::kPresence:
      node.kind = Predicate::Kind::kPresence;
      node.attribute = proto.presence().attribute();
      node.missing = proto.presence().missing();
      break;
    case v1::Predicate::kHasConsent:
      node.kind = Predicate::Kind::kConsent;
      node.purpose = proto.has_consent().purpose();
      node.channel = Known(contact::v1::Channel_IsValid, proto.has_consent().channel());
      node.consent_state = Known(contact::v1::Consent::State_IsValid, proto.has_consent().state());
      break;
    case v1::Predicate::NODE_NOT_SET:
      break;
  }
  return node;
}

Predicate ReadStored(const std::string& predicate) {
  v1::Predicate proto;
  // We serialised it ourselves.
  VEFA_CHECK(proto.ParseFromString(predicate));
  return Canonicalise(FromProto(proto));
}

v1::Segment ToProto(const Segment& segment) {
  v1::Segment proto;
  proto.set_name("segments/" + segment.slug);
  proto.set_display_name(segment.display_name);
  VEFA_CHECK(proto.mutable_predicate()->ParseFromString(segment.predicate));
  proto.set_expression(segment.expression);
  proto.set_version(segment.version);
  *proto.mutable_create_time() = rpc::ToProto(segment.create_time);
  return proto;
}

v1::SegmentCount ToProto(const SegmentSize& size) {
  v1::SegmentCount proto;
  proto.set_size(size.size);
  proto.set_contacts_known(size.contacts_known);
  proto.set_scores_known(size.scores_known);
  *proto.mutable_as_of_time() = rpc::ToProto(size.as_of_time);
  return proto;
}

}  // namespace vefa::campaign
