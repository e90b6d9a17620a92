function image = tt_frame(video, number, varargin)
%TT_FRAME  One frame of a recording as a matrix of grey levels.
%   IMAGE = TT_FRAME(VIDEO, NUMBER) returns frame NUMBER (from 0) of VIDEO, any
%   recording that temtensile reads (video, numbered images, TIFF stack,
%   microscope formats), as uint8 or uint16, as deep as recorded. It is decoded
%   by the program, so neither codecs nor toolboxes are needed here.
%
%   Options, as name and value:
%     'stream'   video stream, from 0 (default -1: the main one)
%     'program'  the program (default: the environment variable TEMTENSILE, or
%                temtensile on the PATH)
%
%   Units: grey levels; row y + 1, column x + 1 holds the pixel x, y of results.
%
%   Example
%     image = tt_frame('film-5pa/test.mp4', 120);
%     imagesc(image), axis image, colormap(gray(256))
%
%   See also TT_SHOW_FRAME.

% SPDX-License-Identifier: GPL-3.0-or-later
o = tt_options(struct('stream', -1, 'program', ''), varargin);
file = [tempname() '.pgm'];
removing = onCleanup(@() remove(file));
words = {'frame', video, '--number', sprintf('%d', number), '-o', file};
if o.stream >= 0
    words = [words, {'--stream', sprintf('%d', o.stream)}];
end
tt_run(o.program, words);
image = tt_read_pgm(file);
end

function remove(file)
if exist(file, 'file')
    delete(file);
end
end
