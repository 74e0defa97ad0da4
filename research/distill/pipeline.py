"""The stages before training: corpus, tokens, and the small model's first weights."""

from dataclasses import asdict

import torch

from research.pretrain.checkpoint import save
from research.pretrain.corpus import build_corpus
from research.pretrain.model import ModelSize
from research.pretrain.tokens import TokenFile
from research.pretrain.workspace import Workspace

from .prune import Cut, prune
from .residuals import teacher_residuals
from .teacher import TeacherFile
from .vocabulary import encode_corpus, first_pieces

# Each layer's origin in the teacher and the depth it is fitted to. The teacher's first layer turns pieces into meanings and is hardly
# replaceable; the next stands for the 23 after it, the last one for the last six, which prepare the prediction.
CUTS = [Cut(layer=0, depth=1), Cut(layer=1, depth=24), Cut(layer=29, depth=30)]
FIT_LENGTH, FIT_SEED = 128, 0


def prepare(work: Workspace, teacher: TeacherFile, size: ModelSize, fit_rows: int) -> None:
    """Writes the corpus, its ids and the first weights, each unless it is there."""
    if not work.corpus.exists() or not work.corpus_summary.exists():
        build_corpus(work, [], None)
    encode_corpus(work, first_pieces(teacher, size.vocabulary))
    if not work.initial.exists():
        model = teacher.model()
        ids, _ = TokenFile(work.tokens, FIT_LENGTH).random_batch(fit_rows, torch.Generator().manual_seed(FIT_SEED))
        student = prune(model, size, CUTS, teacher_residuals(model, ids, [cut.depth for cut in CUTS]))
        save(work.initial, {"size": asdict(size), "model": student.state_dict()})


def student_size(teacher: TeacherFile, vocabulary: int, key_value_heads: int, intermediate: int) -> ModelSize:
    """Shapes of the small model; width, head size and rotary angles are the teacher's."""
    full = teacher.size
    return ModelSize(
        vocabulary=vocabulary, layers=len(CUTS), hidden=full.hidden, heads=full.heads // full.key_value_heads * key_value_heads,
        key_value_heads=key_value_heads, head=full.head, intermediate=intermediate, context=full.context, rope_theta=full.rope_theta,
    )
