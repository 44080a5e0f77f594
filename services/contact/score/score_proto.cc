#include "services/contact/score/score_proto.h"

#include "libs/rpc/time.h"

namespace vefa::contact {

v1::ContactScore ToProto(const ShownScore& score) {
  v1::ContactScore proto;
  proto.set_contact(ResourceName("contacts", score.contact));
  proto.set_definition("scoreDefinitions/" + score.definition);
  proto.set_definition_version(score.counted.definition_version);
  proto.set_score(score.counted.score);
  proto.set_grade(score.counted.grade);
  for (const ScoreShares& share : score.counted.shares) {
    v1::ScoreShare& shown = *proto.add_shares();
    shown.set_rule(share.rule);
    shown.set_points(share.points);
  }
  *proto.mutable_count_time() = rpc::ToProto(score.count_time);
  return proto;
}

}  // namespace vefa::contact
