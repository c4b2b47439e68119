"""What reads prompts: tokenizers made of dicts, and tiny encoders of each architecture."""

from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    Qwen2TokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3Model,
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
)

from tests.tiny.weights import seeded

ALPHABET = sorted(ByteLevel.alphabet())
# Each is one token, as such words are for the real tokenizers.
WORDS = (
    *("a", "an", "and", "at", "in", "of", "on", "over", "the", "with"),
    *("blue", "dark", "green", "light", "red", "white"),
    *("background", "boat", "cat", "castle", "city", "dog", "fox", "forest", "house"),
    *("lake", "mountain", "sea", "sky", "sunrise", "sunset", "tree"),
)
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def clip_tokenizer():
    """CLIP's byte pairs: every character, and the words above. Reads 77 tokens."""
    pieces, merges = [*ALPHABET, *(f"{letter}</w>" for letter in ALPHABET)], []
    for word in WORDS:
        letters = [*word[:-1], f"{word[-1]}</w>"]
        left = letters[0]
        for letter in letters[1:]:
            if (left, letter) not in merges:
                merges.append((left, letter))
            left += letter
            pieces.append(left)
    vocabulary = {piece: place for place, piece in enumerate(dict.fromkeys([*pieces, "<|startoftext|>", "<|endoftext|>"]))}
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77)


def clip(name, *, hidden=32, projection=None):
    """CLIP's text encoder; with a projection, as the larger pipelines have it."""
    tokenizer = clip_tokenizer()
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=37,
        num_hidden_layers=3,
        num_attention_heads=4,
        projection_dim=projection or hidden,
        max_position_embeddings=77,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return seeded(name, CLIPTextModelWithProjection if projection else CLIPTextModel, config)


def t5_tokenizer():
    """T5's pieces: printable characters, and the words above."""
    letters = [chr(code) for code in range(33, 127)]
    pieces = ["\u2581", *letters, *(f"\u2581{word}" for word in WORDS)]
    vocabulary = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((piece, -1.0 - place / 64) for place, piece in enumerate(pieces))]
    return T5Tokenizer(vocab=vocabulary, extra_ids=0, model_max_length=512)


def t5(name, *, hidden=32):
    """T5's encoder."""
    config = T5Config(
        vocab_size=len(t5_tokenizer()), d_model=hidden, d_kv=8, d_ff=37, num_layers=2, num_heads=4, feed_forward_proj="gated-gelu"
    )
    return seeded(name, T5EncoderModel, config)


def qwen_tokenizer():
    """Qwen's bytes, with a chat template."""
    vocabulary = {piece: place for place, piece in enumerate([*ALPHABET, "<|endoftext|>", "<|im_start|>", "<|im_end|>"])}
    made = Qwen2TokenizerFast(vocab=vocabulary, merges=[], extra_special_tokens=["<|im_start|>", "<|im_end|>"], model_max_length=512)
    made.chat_template = CHAT
    return made


def qwen(name, *, layers, hidden=16, head=False):
    """Qwen 3, whose inner layers are read."""
    config = Qwen3Config(
        vocab_size=len(qwen_tokenizer()),
        hidden_size=hidden,
        intermediate_size=16,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=1024,
        tie_word_embeddings=head,
        initializer_range=0.3,
    )
    return seeded(name, Qwen3ForCausalLM if head else Qwen3Model, config)
