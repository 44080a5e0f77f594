#include "services/gateway/feed/subscribe_handler.h"

#include <algorithm>

#include "libs/rpc/status.h"

namespace vefa::gateway {
namespace {

constexpr int kCreditMax = 2000;
constexpr std::chrono::seconds kRequestTimeout(10);
constexpr char kSubscriptions[] = "subscriptions";

std::chrono::steady_clock::time_point Now() { return std::chrono::steady_clock::now(); }

bool NamesBeginning(const event::v1::SubscribeRequest& request) {
  return !request.subscription().empty() || request.replay_preset() != event::v1::REPLAY_PRESET_UNSPECIFIED ||
         !request.cursor().empty() || request.has_filter();
}

}  // namespace

SubscribeHandler* SubscribeHandler::Start(FeedCalls& calls, const GrpcDoor& door,
                                          grpc::CallbackServerContext& context) {
  auto handler = std::shared_ptr<SubscribeHandler>(new SubscribeHandler(calls, door, context));
  handler->self_ = handler;
  handler->method_.started->Add();
  handler->StartRead(&handler->request_);
  return handler.get();
}

SubscribeHandler::SubscribeHandler(FeedCalls& calls, const GrpcDoor& door, grpc::CallbackServerContext& context)
    : calls_(calls), door_(door), context_(context), method_(door.door().method("Subscribe")),
      turn_(door.TurnOf(method_, context)), span_(telemetry::Span::Unrecorded(rpc::TraceOf(context))) {
  written_at_ = checked_at_ = Now();
}

SubscribeHandler::~SubscribeHandler() {
  if (reader_ != nullptr) calls_.feed().NoteOpen(FeedDoor::kGrpc, -1);
}

void SubscribeHandler::OnReadDone(bool ok) {
  if (!ok) {
    bool began = false;
    {
      std::lock_guard lock(mutex_);
      half_closed_ = true;
      began = reader_ != nullptr;
    }
    if (began) return Advance();
    return End(InvalidArgument("REQUEST_MISSING", "Say in a first request what to read and from where."));
  }
  {
    std::lock_guard lock(mutex_);
    handling_ = true;
  }
  if (!door_.pool().TryPost(turn_, [self = shared_from_this()] { self->Handle(); })) Handled(rpc::AtCapacity());
}

void SubscribeHandler::Handle() {
  telemetry::TraceScope trace(span_.trace(), admitted_ ? admitted_->call.tenant : Uuid());
  Status done = admitted_ ? Ok() : Open();
  if (done.ok()) done = Take(request_, Deadline::After(kRequestTimeout));
  Handled(std::move(done));
}

void SubscribeHandler::Handled(Status done) {
  {
    std::lock_guard lock(mutex_);
    handling_ = false;
    if (end_ && !writing_) return FinishLocked();
    if (!end_ && done.ok()) {
      // The first answer tells where the reader begins.
      if (!std::exchange(watched_, true)) WriteLocked();
      StartRead(&request_);
    }
  }
  if (!done.ok()) return End(std::move(done));
  Advance();
}

Status SubscribeHandler::Open() {
  Feed& feed = calls_.feed();
  VEFA_TRY(GrpcDoor::Admitted admitted, door_.Admit(method_, context_));
  const Uuid tenant = admitted.call.tenant;
  VEFA_TRY(lease_, feed.limits().Take(tenant, admitted.call.principal.subject));
  VEFA_TRY(FeedFilter filter, FeedCalls::FilterOf(request_.filter()));
  const std::string caller = admitted.call.principal.subject;
  admitted_ = std::move(admitted);
  VEFA_TRY(FeedPlace place, StartOf(request_, Deadline::After(kRequestTimeout)));
  auto reader = std::make_unique<FeedReader>(feed, tenant, caller, std::move(filter), place);
  feed.NoteOpen(FeedDoor::kGrpc, 1);
  Feed::Watch watch = feed.AddWatcher(tenant, shared_from_this());
  std::lock_guard lock(mutex_);
  told_ = place;
  reader_ = std::move(reader);
  watch_ = std::move(watch);
  return Ok();
}

Result<FeedPlace> SubscribeHandler::StartOf(const event::v1::SubscribeRequest& request, Deadline deadline) {
  const Uuid tenant = admitted_->call.tenant;
  const FeedStore& store = calls_.feed().store();
  std::optional<StoredSubscription> stored;
  if (!request.subscription().empty()) {
    VEFA_TRY(subscription_, ParseSlugName(kSubscriptions, request.subscription()));
    VEFA_TRY(stored, calls_.subscriptions().Find(tenant, subscription_, deadline));
  }
  if (request.replay_preset() != event::v1::REPLAY_PRESET_CUSTOM && !request.cursor().empty())
    return InvalidArgument("CURSOR_UNEXPECTED", "A cursor goes with the preset CUSTOM.");
  VEFA_TRY(FeedBounds bounds, store.Bounds(tenant, deadline));
  FeedPlace place = bounds.head;
  switch (request.replay_preset()) {
    case event::v1::REPLAY_PRESET_UNSPECIFIED:
      if (stored) place = stored->place;
      break;
    case event::v1::REPLAY_PRESET_LATEST: break;
    case event::v1::REPLAY_PRESET_EARLIEST:
      place = bounds.earliest;
      may_rewind_ = true;
      break;
    case event::v1::REPLAY_PRESET_CUSTOM: {
      VEFA_TRY(place, calls_.After(tenant, request.cursor()));
      may_rewind_ = true;
      break;
    }
    default: return InvalidArgument("PRESET_UNKNOWN", "Give LATEST, EARLIEST or CUSTOM.");
  }
  // A place that cannot be gone on from is said at once, not with the first credit.
  VEFA_TRY(FeedPage page, store.Read(tenant, place, deadline, true));
  place.life = page.head.life;
  if (!subscription_.empty() && !stored)
    VEFA_TRY_OK(calls_.subscriptions().Commit(tenant, subscription_, place, false, deadline));
  return place;
}

Status SubscribeHandler::Take(const event::v1::SubscribeRequest& request, Deadline deadline) {
  if (watched_ && NamesBeginning(request))
    return InvalidArgument("FIRST_REQUEST_ONLY",
                           "Only the first request says where to begin and what to read; open another stream.");
  if (request.num_requested() < 0 || request.num_requested() > kFeedPageMax)
    return Violations({{"num_requested", "CREDIT_RANGE", "Ask for 0 to 500 more events at a time."}});
  std::string committed;
  if (!request.commit_cursor().empty()) {
    if (subscription_.empty())
      return InvalidArgument("SUBSCRIPTION_MISSING", "Name a managed subscription in the first request to commit to.");
    const Uuid tenant = admitted_->call.tenant;
    VEFA_TRY(FeedPlace place, calls_.After(tenant, request.commit_cursor()));
    VEFA_TRY(place, calls_.feed().store().Locate(tenant, place, deadline));
    VEFA_TRY(StoredSubscription stored,
             calls_.subscriptions().Commit(tenant, subscription_, place, may_rewind_, deadline));
    committed = calls_.feed().codec().Encode(tenant, stored.place);
  }
  std::lock_guard lock(mutex_);
  if (credit_ + request.num_requested() > kCreditMax)
    return InvalidArgument("CREDIT_EXCEEDED",
                           "At most 2,000 events may be asked for and not sent yet; ask for more when some came.");
  credit_ += request.num_requested();
  if (!committed.empty()) committed_ = std::move(committed);
  return Ok();
}

void SubscribeHandler::Advance() {
  std::unique_lock lock(mutex_);
  if (reader_ == nullptr || finished_ || writing_ || !watched_) return;
  if (polling_) {
    bool nudge =
        end_ || !committed_.empty() || (credit_ > 0 && polls_without_credit_) || (half_closed_ && credit_ == 0);
    nudge_ = nudge_ || nudge;
    std::shared_ptr<FeedPoll> poll = nudge ? poll_ : nullptr;
    lock.unlock();
    if (poll != nullptr) poll->Nudge();
    return;
  }
  if (end_) return handling_ ? void() : FinishLocked();
  if (!committed_.empty()) return WriteLocked();
  if (half_closed_ && credit_ == 0) {
    // The last request was dealt with, and there will be no other.
    end_ = Ok();
    return FinishLocked();
  }
  polling_ = true;
  nudge_ = false;
  polls_without_credit_ = credit_ == 0;
  uint64_t id = ++polls_;
  auto most = static_cast<size_t>(std::min(credit_, kFeedPageMax));
  auto until = Deadline::After(
      std::chrono::duration_cast<std::chrono::milliseconds>(written_at_ + calls_.times().keep_alive - Now()));
  lock.unlock();
  auto poll =
      FeedPoll::Start(calls_.feed(), *reader_, most, until,
                      [self = shared_from_this()](Result<FeedReader::Page>&& page) { self->OnPage(std::move(page)); });
  lock.lock();
  if (!polling_ || polls_ != id) return;
  poll_ = poll;
  bool nudge = nudge_;
  lock.unlock();
  if (nudge) poll->Nudge();
}

void SubscribeHandler::OnPage(Result<FeedReader::Page> page) {
  event::v1::SubscribeResponse response;
  if (page.ok()) {
    for (const auto& entry : page->entries) *response.add_events() = calls_.ToEvent(reader_->tenant(), *entry);
    calls_.feed().NoteSent(FeedDoor::kGrpc, page->entries.size());
  }
  {
    std::lock_guard lock(mutex_);
    polling_ = false;
    poll_.reset();
    if (!end_ && page.ok()) {
      credit_ -= response.events_size();
      bool tells_progress = page->more && reader_->place() != told_;
      if (response.events_size() > 0 || tells_progress || Now() - written_at_ >= calls_.times().keep_alive) {
        response_ = std::move(response);
        WriteLocked();
      }
    }
  }
  if (!page.ok()) return End(std::move(page).error());
  Advance();
}

void SubscribeHandler::WriteLocked() {
  response_.set_latest_cursor(reader_->cursor());
  response_.set_pending_num_requested(credit_);
  response_.set_committed_cursor(std::exchange(committed_, ""));
  told_ = reader_->place();
  writing_ = true;
  written_at_ = Now();
  StartWrite(&response_);
}

void SubscribeHandler::OnWriteDone(bool ok) {
  {
    std::lock_guard lock(mutex_);
    writing_ = false;
    response_.Clear();
    if (end_) return handling_ ? void() : FinishLocked();
  }
  if (!ok) return End(Error{Code::kCancelled, "CANCELLED", "The caller went away."});
  Advance();
}

void SubscribeHandler::OnCancel() { End(Error{Code::kCancelled, "CANCELLED", "The caller went away."}); }

void SubscribeHandler::End(Status status) {
  std::shared_ptr<FeedPoll> poll;
  {
    std::lock_guard lock(mutex_);
    if (!end_) end_ = std::move(status);
    nudge_ = true;
    poll = poll_;
    // What is under way still uses the call: a write, or a worker.
    if (!writing_ && !handling_) FinishLocked();
  }
  if (poll != nullptr) poll->Nudge();
}

void SubscribeHandler::FinishLocked() {
  if (std::exchange(finished_, true)) return;
  door_.door().Finished(method_, span_, begun_, *end_);
  Finish(end_->ok() ? grpc::Status::OK : rpc::ToGrpc(rpc::Door::Report(end_->error(), method_)));
}

void SubscribeHandler::OnDone() {
  Feed::Watch watch;
  {
    std::lock_guard lock(mutex_);
    finished_ = true;
    watch = std::move(watch_);
  }
  auto self = std::move(self_);
}

void SubscribeHandler::OnFeed(bool) {
  auto now = Now();
  bool check = false;
  {
    std::lock_guard lock(mutex_);
    if (finished_) return;
    if (writing_ && now - written_at_ > calls_.times().stall_max) context_.TryCancel();
    check = !checking_ && !end_ && now - checked_at_ >= calls_.times().check_every;
    checking_ = checking_ || check;
  }
  if (calls_.feed().stopping()) return End(FeedDraining());
  if (check && !door_.pool().TryPost(turn_, [self = shared_from_this()] { self->CheckSession(); })) {
    std::lock_guard lock(mutex_);
    checking_ = false;
  }
}

void SubscribeHandler::CheckSession() {
  Status alive = door_.CheckAgain(method_, *admitted_);
  if (alive.ok() && admitted_->token.empty() && Now() - begun_ >= calls_.times().principal_max)
    alive = Unavailable("STREAM_OLD", "A stream lasts an hour; open another, from the last cursor.");
  {
    std::lock_guard lock(mutex_);
    checking_ = false;
    checked_at_ = Now();
  }
  if (!alive.ok()) End(std::move(alive));
}

}  // namespace vefa::gateway
