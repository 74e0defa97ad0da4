/** swiglu.ts of TF.js ops. */
import * as tf from "@tensorflow/tfjs";
import type { SwigluKernel } from "./swigluKernel.ts";

export const composedSwiglu: SwigluKernel = {
  forward(joint) {
    const [gate, up] = halvesOf(joint);
    return tf.mul(tf.mul(gate, tf.sigmoid(gate)), up);
  },
  backward(dy, joint) {
    const [gate, up] = halvesOf(joint);
    const sigmoid = tf.sigmoid(gate);
    const silu = tf.mul(gate, sigmoid);
    // d silu / d gate = sigmoid + silu (1 - sigmoid)
    const slope = tf.add(sigmoid, tf.mul(silu, tf.sub(1, sigmoid)));
    return tf.concat([tf.mul(tf.mul(dy, up), slope), tf.mul(dy, silu)], 1) as tf.Tensor2D;
  },
};

const halvesOf = (joint: tf.Tensor2D) => tf.split(joint, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
