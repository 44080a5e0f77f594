#include "tests/simulation/writer.h"

#include <algorithm>

namespace vefa::simulation {

void Writer::Step() {
  if (stage_ != Stage::kIdle && stage_ != Stage::kAnswer && !database_.IsOpen(transaction_)) stage_ = Stage::kIdle;
  switch (stage_) {
    case Stage::kIdle:
      if (transactions_left_ > 0) Begin();
      break;
    case Stage::kLock:
      // The lock comes first: an id drawn before it could be smaller than that of an earlier version.
      if (database_.Lock(transaction_, subjects_[locked_]) && ++locked_ == subjects_.size()) stage_ = Stage::kAppend;
      break;
    case Stage::kAppend:
      Append();
      break;
    case Stage::kEnd:
      End();
      break;
    case Stage::kAnswer:
      if (!run_.Fault(run_.profile.answer_lost))
        acknowledged_.insert(acknowledged_.end(), committed_.begin(), committed_.end());
      stage_ = Stage::kIdle;
      break;
  }
}

void Writer::Begin() {
  --transactions_left_;
  transaction_ = database_.Begin();
  subjects_.clear();
  size_t many = run_.random.Chance(run_.profile.several_rows) ? run_.random.Below(3) + 2 : 1;
  size_t subjects = static_cast<size_t>(run_.profile.subjects);
  for (size_t i = 0; i < many; ++i) subjects_.push_back(static_cast<int>(run_.random.Below(subjects)));
  std::sort(subjects_.begin(), subjects_.end());
  locked_ = written_ = 0;
  stage_ = Stage::kLock;
}

void Writer::Append() {
  int subject = subjects_[written_];
  int64_t id = database_.DrawId();
  if (!database_.Append(transaction_, subject, id)) {
    stage_ = Stage::kIdle;
    return;
  }
  run_.Trace("writer: transaction ", transaction_, " appends row ", id, " of subject ", subject, " version ",
             database_.Written(transaction_).back().version);
  if (++written_ == subjects_.size()) stage_ = Stage::kEnd;
}

void Writer::End() {
  if (run_.Fault(run_.profile.rollback)) {
    run_.Trace("writer: transaction ", transaction_, " rolls back");
    database_.Rollback(transaction_);
    stage_ = Stage::kIdle;
    return;
  }
  committed_.clear();
  for (const Fact& fact : database_.Written(transaction_)) committed_.push_back(fact.event);
  run_.Trace("writer: transaction ", transaction_, " commits");
  stage_ = database_.Commit(transaction_) ? Stage::kAnswer : Stage::kIdle;
}

}  // namespace vefa::simulation
