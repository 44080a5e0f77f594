#include "services/interaction/score/score_proto.h"

#include "libs/base/text.h"
#include "libs/rpc/time.h"

namespace vefa::interaction {
namespace {

void Fill(v1::Holdout& proto, const model::Holdout& holdout) {
  proto.set_weeks(holdout.weeks);
  proto.set_predicted(holdout.predicted);
  proto.set_actual(holdout.actual);
  for (const model::HoldoutGroup& group : holdout.groups) {
    v1::HoldoutGroup& to = *proto.add_groups();
    to.set_frequency(group.frequency);
    to.set_customers(static_cast<int32_t>(group.customers));
    to.set_predicted_mean(group.predicted_mean);
    to.set_actual_mean(group.actual_mean);
  }
  for (const model::HoldoutWeek& week : holdout.by_week) {
    v1::HoldoutWeek& to = *proto.add_by_week();
    to.set_week(week.week);
    to.set_predicted(week.predicted);
    to.set_actual(week.actual);
  }
}

void Fill(v1::ScoringRun& proto, const Models& models) {
  const PurchaseModel& purchases = models.purchases;
  v1::BgNbdModel& bg_nbd = *proto.mutable_purchase_model();
  bg_nbd.set_r(purchases.parameters.r);
  bg_nbd.set_alpha(purchases.parameters.alpha);
  bg_nbd.set_a(purchases.parameters.a);
  bg_nbd.set_b(purchases.parameters.b);
  bg_nbd.set_log_likelihood(purchases.log_likelihood);
  bg_nbd.set_iterations(purchases.iterations);
  const ValueModel& values = models.values;
  v1::GammaGammaModel& gamma_gamma = *proto.mutable_value_model();
  gamma_gamma.set_p(values.parameters.p);
  gamma_gamma.set_q(values.parameters.q);
  gamma_gamma.set_v(values.parameters.v);
  gamma_gamma.set_log_likelihood(values.log_likelihood);
  gamma_gamma.set_customers(values.customers);
}

}  // namespace

google::type::Date DateToProto(int32_t day) {
  std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  google::type::Date proto;
  proto.set_year(static_cast<int>(date.year()));
  proto.set_month(static_cast<int>(static_cast<unsigned>(date.month())));
  proto.set_day(static_cast<int>(static_cast<unsigned>(date.day())));
  return proto;
}

Result<int32_t> DateFromProto(const google::type::Date& proto) {
  // Checked here, because larger numbers would wrap around in a month or a day of the standard library.
  if (proto.month() < 1 || proto.month() > 12 || proto.day() < 1 || proto.day() > 31)
    return InvalidArgument("DATE_INVALID", "Give year, month and day of a date that exists.");
  return DaysFromCivil(proto.year(), static_cast<unsigned>(proto.month()), static_cast<unsigned>(proto.day()));
}

v1::Score ToProto(const Score& score) {
  v1::Score proto;
  proto.set_contact(ResourceName("contacts", score.contact));
  proto.set_name(proto.contact() + "/score");
  proto.set_model(score.model);
  proto.set_scoring_run("scoringRuns/" + score.scoring_run);
  *proto.mutable_as_of_date() = DateToProto(score.as_of_day);
  proto.set_frequency(score.frequency);
  proto.set_recency_weeks(score.recency_weeks);
  proto.set_age_weeks(score.age_weeks);
  proto.set_mean_value(score.mean_value);
  proto.set_p_alive(score.p_alive);
  proto.set_p_buy_90d(score.p_buy_90d);
  proto.set_expected_purchases(score.expected_purchases);
  proto.set_expected_value(score.expected_value);
  proto.set_residual_lifetime_value(score.residual_lifetime_value);
  proto.set_version(score.version);
  *proto.mutable_update_time() = rpc::ToProto(score.update_time);
  proto.set_currency(score.currency);
  return proto;
}

v1::ScoringRun ToProto(const ScoringRun& run) {
  v1::ScoringRun proto;
  proto.set_name("scoringRuns/" + run.slug);
  proto.set_state(static_cast<v1::ScoringRun::State>(run.state));
  proto.set_progress(run.progress);
  proto.set_error(run.error);
  *proto.mutable_as_of_date() = DateToProto(run.as_of_day);
  proto.set_horizon_weeks(run.horizon_weeks);
  proto.set_scored(run.scored);
  if (run.models.has_value()) Fill(proto, *run.models);
  if (run.holdout.has_value()) Fill(*proto.mutable_holdout(), *run.holdout);
  *proto.mutable_create_time() = rpc::ToProto(run.create_time);
  if (run.finish_time.has_value()) *proto.mutable_finish_time() = rpc::ToProto(*run.finish_time);
  return proto;
}

std::string HoldoutToBytes(const model::Holdout& holdout) {
  v1::Holdout proto;
  Fill(proto, holdout);
  return proto.SerializeAsString();
}

Result<model::Holdout> HoldoutFromBytes(std::string_view bytes) {
  v1::Holdout proto;
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return Internal("HOLDOUT_MALFORMED", "The comparison of a scoring run cannot be read.");
  model::Holdout holdout;
  holdout.weeks = proto.weeks();
  holdout.predicted = proto.predicted();
  holdout.actual = proto.actual();
  for (const v1::HoldoutGroup& from : proto.groups()) {
    model::HoldoutGroup& group = holdout.groups.emplace_back();
    group.frequency = from.frequency();
    group.customers = from.customers();
    group.predicted_mean = from.predicted_mean();
    group.actual_mean = from.actual_mean();
  }
  for (const v1::HoldoutWeek& from : proto.by_week())
    holdout.by_week.push_back({from.week(), from.predicted(), from.actual()});
  return holdout;
}

}  // namespace vefa::interaction
